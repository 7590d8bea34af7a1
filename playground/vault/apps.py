from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "playground.vault"
    label = "vault"
