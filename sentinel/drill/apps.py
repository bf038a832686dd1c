from django.apps import AppConfig


class DrillConfig(AppConfig):
    name = "sentinel.drill"
    label = "drill"
