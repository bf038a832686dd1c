"""Addresses of people, workspaces and the installation."""

from django.urls import path

from sentinel.core.views import health, live

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("w/<slug:workspace>/live/", live.missed, name="live-missed"),
]
