"""The addresses of the budgets, below /budgets/."""

from django.urls import path

from playground.web.views import budgets

urlpatterns = [
    path("", budgets.page, name="budgets"),
    path("add/", budgets.add, name="budget-add"),
    path("<int:budget_id>/", budgets.one, name="budget"),
    path("<int:budget_id>/delete/", budgets.delete, name="budget-delete"),
]
