from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "playground.budgets"
    label = "budgets"
