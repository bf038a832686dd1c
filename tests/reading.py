"""Reading pages in tests: a signed-in person who reads English, and the text of what they got."""

import html
import re

from django.http import HttpResponse
from django.test import Client

from sentinel.core.models import User


def signed_in(user: User, language: str = "en") -> Client:
    """The person's browser."""
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    return client


def text_of(response: HttpResponse) -> str:
    """The words of a page without its tags, in one line."""
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
