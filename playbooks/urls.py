"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
