from django.apps import AppConfig


class ToolsConfig(AppConfig):
    name = "playground.tools"
    label = "tools"
