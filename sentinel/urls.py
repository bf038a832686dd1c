"""The roof: every address. Everything of a workspace is below `/w/<workspace>/`."""

from django.conf.urls.i18n import urlpatterns as language_urls
from django.urls import include, path

urlpatterns = [
    path("", include("sentinel.core.urls")),
    path("", include("monitoring.urls")),
    path("", include("alerts.urls")),
    path("language/", include(language_urls)),
]
