"""A plan's form as a browser has it."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from playbooks.models import Plan
from sentinel.core.models import User
from tests.reading import signed_in

FETCH = {"X-Requested-With": "fetch"}


def of(plan: Plan, verb: str = "") -> str:
    return f"/w/yaori/plans/{plan.pk}/{verb}"


def fields_of(response: HttpResponse, form: str = "#plan-form") -> dict[str, Any]:
    """What a browser would send of the form as it is shown."""
    found = LexborHTMLParser(response.content.decode()).css_first(form)
    assert found is not None
    sent: dict[str, Any] = {}
    for node in found.css("input[name], textarea[name], select[name]"):
        name, kind = str(node.attributes["name"]), node.attributes.get("type")
        if kind in ("radio", "checkbox"):
            if "checked" in node.attributes:
                sent.setdefault(name, []).append(node.attributes.get("value") or "on")
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            sent[name] = chosen.attributes.get("value") or "" if chosen else ""
        else:
            sent[name] = node.text() if node.tag == "textarea" else node.attributes.get("value") or ""
    return sent


def editing(user: User, plan: Plan) -> tuple[Client, dict[str, Any]]:
    """The person's browser with the plan open, and what its form holds."""
    client = signed_in(user)
    return client, fields_of(client.get(of(plan)))
