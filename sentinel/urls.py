"""The roof: every address. Everything of a workspace is below `/w/<workspace>/`."""

from django.urls import include, path

# The system page lists every stage: importing them here makes them known to the web process.
from alerts.operations import deliveries, evaluations  # noqa: F401
from monitoring.operations import analyses, back_reading, growth, imports, topics, visits  # noqa: F401
from playbooks.operations import exports  # noqa: F401

urlpatterns = [
    path("", include("sentinel.core.urls")),
    path("", include("monitoring.urls")),
    path("", include("alerts.urls")),
    path("", include("playbooks.urls")),
    path("", include("sentinel.drill.urls")),
]
