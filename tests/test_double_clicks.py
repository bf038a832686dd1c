"""What people do with a form is done once, though a double click on a slow line sends the form twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from alerts.models import Alert
from monitoring.models import FileImport, IngestToken, Post, Subscription
from playbooks.models import Crisis, EmergencyMeasure, Task
from sentinel.core.models import AuditEntry, Invitation, User
from tests.factories import Cast
from tests.monitoring.pages.test_bringing import LINE, SETTINGS
from tests.monitoring.stage import watch_brand
from tests.playbooks.pages.plan_forms import editing
from tests.playbooks.stage import make_alert, make_crisis, make_draft, make_submitted, make_topic, recommended

pytestmark = pytest.mark.django_db

Form = tuple[User, str, dict[str, Any]]  # who sends it, where to, what it says


def at(name: str, *args: Any) -> str:
    return reverse(name, args=["yaori", *args])


def claiming(cast: Cast) -> Form:
    return cast.staff, at("alert-claim", make_alert(cast, make_topic(cast)).pk), {}


def opening_a_crisis(cast: Cast) -> Form:
    return cast.staff, at("crisis-open"), {"title": "來電", "level": 3, "summary": "門市來電"}


def opening_a_crisis_from_an_alert(cast: Cast) -> Form:
    alert = make_alert(cast, make_topic(cast), claimed_by=cast.staff)
    return cast.staff, at("crisis-open"), {"alert": alert.pk, "title": "鮮乳異物"}


def writing_a_note(cast: Cast) -> Form:
    return cast.staff, at("crisis-note", make_crisis(cast).pk), {"text": "檢驗明天中午出來"}


def proposing_a_measure(cast: Cast) -> Form:
    return cast.staff, at("measure-propose", make_crisis(cast).pk), {"text": "通路暫停販售"}


def submitting_a_plan(cast: Cast) -> Form:
    plan = make_draft(cast, make_crisis(cast))
    return cast.staff, at("plan-submit", plan.pk), editing(cast.staff, plan)[1]


def approving_a_plan(cast: Cast) -> Form:
    plan = make_submitted(cast, make_crisis(cast))
    return cast.manager, at("plan-approve", plan.pk), {"candidate": recommended(plan).pk, "reason": "先止血"}


def entering_by_hand(cast: Cast) -> Form:
    return cast.staff, at("entry-add"), {"kind": "line", "chat": LINE, "topics": [watch_brand(cast).pk]}


def adding_a_source(cast: Cast) -> Form:
    typed = {"name": "島嶼新聞", "interval": "300", "zone": "Asia/Taipei", "retention_days": "90", "channel": "news"}
    return (
        cast.admin,
        at("source-add-kind", "feed"),
        {**typed, "url": "https://n.invalid/rss", "action": "save-anyway"},
    )


def making_a_token(cast: Cast) -> Form:
    return cast.admin, at("collector-add-kind", "api"), SETTINGS


def inviting(cast: Cast) -> Form:
    return cast.admin, at("people-invite"), {"label": "許承恩", "roles": ["staff"]}


def importing(cast: Cast) -> Form:
    return cast.admin, at("import-add"), {"source": "", "name": "舊服務"}


DEEDS: dict[Callable[[Cast], Form], Callable[[], int]] = {
    claiming: Alert.objects.filter(claimed_at__isnull=False).count,
    opening_a_crisis: Crisis.objects.count,
    opening_a_crisis_from_an_alert: Crisis.objects.count,
    writing_a_note: AuditEntry.objects.filter(verb="note").count,
    proposing_a_measure: EmergencyMeasure.objects.count,
    submitting_a_plan: AuditEntry.objects.filter(verb="submit").count,
    approving_a_plan: Task.objects.count,
    entering_by_hand: lambda: Post.objects.count() - 1,  # of two messages
    adding_a_source: Subscription.objects.count,
    making_a_token: lambda: IngestToken.objects.count() * Subscription.objects.count(),
    inviting: Invitation.objects.count,
    importing: FileImport.objects.count,
}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_it_is_done_once_and_the_person_is_led_on(cast: Cast, deed: Callable[[Cast], Form]) -> None:
    who, address, said = deed(cast)
    client = Client()
    client.force_login(who)
    answers = []
    for _click in range(2):
        file = SimpleUploadedFile("export.csv", "文,時\n酸了,2026-03-01\n".encode())
        answers.append(client.post(address, {"csrfmiddlewaretoken": "of this page", "file": file, **said}))
    first, second = answers
    assert first.status_code in (200, 302), first.content.decode()[:2000]
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers.get("Location") == first.headers.get("Location")
    assert DEEDS[deed]() == 1
    audited = AuditEntry.objects.values_list("verb", "object_kind", "object_id")
    assert len(audited) == len(set(audited))
