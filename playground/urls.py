"""The roof: which address leads where. Everything is in web.urls."""

from django.urls import include, path

urlpatterns = [path("", include("playground.web.urls"))]
