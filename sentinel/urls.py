"""The roof: every address. Everything of a workspace is below `/w/<workspace>/`."""

from django.urls import include, path

urlpatterns = [
    path("", include("sentinel.core.urls")),
    path("", include("monitoring.urls")),
    path("", include("alerts.urls")),
]
