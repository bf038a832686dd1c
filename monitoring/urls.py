"""Addresses of sources, topics and mentions, all below `/w/<workspace>/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
