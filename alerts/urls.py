"""Addresses of the board, rules and outlets, all below `/w/<workspace>/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
