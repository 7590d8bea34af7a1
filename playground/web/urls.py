"""All addresses, by area."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]
