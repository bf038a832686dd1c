"""The act page: tasks by what is due, statements that say why they cannot go out, nobody decides on their own words."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playbooks.models import Crisis, Statement, Task
from playbooks.operations.assessing import assess
from playbooks.operations.plans import approve_plan, revise_plan
from playbooks.operations.statements import draft_statement, submit_statement
from playbooks.operations.tasks import add_task
from sentinel.core.models import User
from tests.factories import NOW, Cast
from tests.playbooks.stage import make_submitted, recommended
from tests.reading import signed_in, text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FETCH = {"X-Requested-With": "fetch"}


def act(crisis: Crisis, rest: str = "act/") -> str:
    return f"/w/yaori/crises/{crisis.pk}/{rest}"


def task(crisis: Crisis, cast: Cast, text: str, *, hours: float | None = 1, **fields: Any) -> Task:
    due_at = timezone.now() + hours * HOUR if hours is not None else None
    given = {"owner": cast.staff, "by": cast.staff, "now": NOW, **fields}
    return add_task(crisis=crisis, text=text, due_at=due_at, **given)


def words(crisis: Crisis, by: User, text: str = "我們正在查證，知道大家會擔心。", **fields: Any) -> Statement:
    given = {"kind": "update", "channel": "site", "audience": "public", "language": "zh-hant", **fields}
    return draft_statement(crisis=crisis, text=text, by=by, now=NOW, **given)


# --- tasks


def test_what_is_overdue_stands_first_and_says_how_late(cast: Cast, crisis: Crisis) -> None:
    task(crisis, cast, "沒有時間", hours=None)
    task(crisis, cast, "還早", hours=3)
    task(crisis, cast, "逾時", hours=-2)
    page = text_of(signed_in(cast.staff).get(act(crisis)))
    assert page.index("逾時") < page.index("還早") < page.index("沒有時間")
    assert "2 h late" in page
    assert "1 overdue" in page


def test_one_click_does_a_task_and_a_promise_asks_what_shows_it(cast: Cast, crisis: Crisis) -> None:
    plain, promise = task(crisis, cast, "回電"), task(crisis, cast, "公布檢驗", kind="promise")
    client = signed_in(cast.staff)
    client.post(f"/w/yaori/tasks/{plain.pk}/finish/")
    plain.refresh_from_db()
    assert plain.done_by == cast.staff
    refused = client.post(f"/w/yaori/tasks/{promise.pk}/finish/", {"result": ""})
    assert refused.status_code == 422
    assert "Say what shows that it is done" in text_of(refused)
    client.post(f"/w/yaori/tasks/{promise.pk}/finish/", {"result": "報告 0312"})
    promise.refresh_from_db()
    assert promise.result == "報告 0312"


def test_a_task_keeps_what_was_typed_when_it_cannot_be_written(cast: Cast, crisis: Crisis) -> None:
    answer = signed_in(cast.staff).post(act(crisis, "tasks/add/"), {"text": "回電", "due_at": "明天"})
    assert answer.status_code == 422
    assert 'value="回電"' in answer.content.decode()
    assert Task.objects.count() == 0


def test_a_task_is_handed_over_to_somebody_of_the_workspace_alone(cast: Cast, crisis: Crisis) -> None:
    one = task(crisis, cast, "回電")
    client = signed_in(cast.staff)
    client.post(f"/w/yaori/tasks/{one.pk}/", {"owner": cast.manager.pk, "due_at": "2026-03-02T13:30"})
    one.refresh_from_db()
    assert one.owner == cast.manager
    assert one.due_at is not None
    assert one.due_at.isoformat() == "2026-03-02T05:30:00+00:00"
    assert client.post(f"/w/yaori/tasks/{one.pk}/", {"owner": 999_999}).status_code == 422


def test_who_came_from_my_work_goes_back_there(cast: Cast, crisis: Crisis) -> None:
    one = task(crisis, cast, "回電")
    answer = signed_in(cast.staff).post(f"/w/yaori/tasks/{one.pk}/finish/", {"back": "work"})
    assert answer.headers["Location"] == "/w/yaori/my-work/"


def test_a_script_is_told_in_a_sentence_what_was_refused(cast: Cast, crisis: Crisis) -> None:
    one = task(crisis, cast, "回電")
    answer = signed_in(cast.staff).post(f"/w/yaori/tasks/{one.pk}/reopen/", headers=FETCH)
    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode().strip()


# --- statements


def test_a_draft_begins_with_the_template_of_the_verdict(cast: Cast, crisis: Crisis) -> None:
    client = signed_in(cast.staff, "zh-hant")
    pending = client.get(act(crisis, "statements/draft/?kind=update")).content.decode()
    assert "原因還不知道" in pending
    assess(
        crisis=crisis, level=1, level_reason="檢驗", verdict="true", verdict_evidence="報告",
        responsibility="preventable",
        responsibility_reason="清洗", has_history=False, reputation="neutral", victims="", damage="", impact="",
        diagnosis="", by=cast.staff, now=NOW,
    )  # fmt: skip
    assert "對不起，是真的" in client.get(act(crisis, "statements/draft/?kind=update")).content.decode()


def test_replacing_the_text_by_the_template_keeps_headline_and_time(cast: Cast, crisis: Crisis) -> None:
    given = {
        "do": "template", "kind": "update", "channel": "line", "audience": "public", "language": "zh-hant",
        "title": "我的標題", "text": "舊的", "next_update_at": "2026-03-02T13:30",
    }  # fmt: skip
    page = signed_in(cast.staff).post(act(crisis, "statements/draft/"), given).content.decode()
    assert "我的標題" in page
    assert "2026-03-02T13:30" in page
    assert "原因還不知道" in page
    assert Statement.objects.count() == 0


def test_a_holding_statement_has_its_own_way_and_the_page_leads_there(cast: Cast, crisis: Crisis) -> None:
    client = signed_in(cast.staff)
    assert f'href="{act(crisis, "holding/")}"' in client.get(act(crisis)).content.decode()
    given = {"kind": "holding", "channel": "site", "audience": "public", "language": "zh-hant", "text": "查證中"}
    assert client.post(act(crisis, "statements/draft/"), given).status_code == 422
    assert Statement.objects.count() == 0


def test_the_check_answers_while_one_types(cast: Cast, crisis: Crisis) -> None:
    given = {"kind": "update", "channel": "site", "text": "我們高度重視。"}
    page = text_of(signed_in(cast.staff).post(act(crisis, "statements/check/"), given, headers=FETCH))
    assert "Missing: How to reach us" in page
    assert "高度重視" in page
    empty = text_of(signed_in(cast.staff).post(act(crisis, "statements/check/"), {"channel": "nowhere"}))
    assert "Choose where it is published" in empty


def test_a_channel_speaks_only_to_whom_it_reaches(cast: Cast, crisis: Crisis) -> None:
    given = {"kind": "update", "channel": "internal", "audience": "public", "language": "zh-hant", "text": "各位同仁"}
    answer = signed_in(cast.staff).post(act(crisis, "statements/draft/"), given)
    assert answer.status_code == 422
    assert "Here one speaks to: Colleagues" in text_of(answer)
    assert "各位同仁" in answer.content.decode()


def test_saving_can_submit_at_once(cast: Cast, crisis: Crisis) -> None:
    given = {"kind": "update", "channel": "site", "audience": "public", "language": "zh-hant", "text": "已送驗。"}
    signed_in(cast.staff).post(act(crisis, "statements/draft/"), {**given, "do": "submit"})
    assert Statement.objects.get().status == "submitted"


def test_its_author_is_told_that_another_manager_decides(cast: Cast, crisis: Crisis) -> None:
    one = words(crisis, cast.manager)
    submit_statement(statement=one, by=cast.manager, now=NOW)
    approve = f"/w/yaori/statements/{one.pk}/approve/"
    page = signed_in(cast.manager).get(act(crisis))
    assert "another manager decides" in text_of(page)
    assert approve not in page.content.decode()


def test_a_manager_reads_approves_and_publishes_with_the_address(cast: Cast, crisis: Crisis) -> None:
    one = words(crisis, cast.staff)
    submit_statement(statement=one, by=cast.staff, now=NOW)
    client = signed_in(cast.manager)
    assert f"/w/yaori/statements/{one.pk}/approve/" in client.get(act(crisis)).content.decode()
    client.post(f"/w/yaori/statements/{one.pk}/approve/")
    assert "A manager publishes it." in text_of(signed_in(cast.staff).get(act(crisis)))
    wrong = client.post(f"/w/yaori/statements/{one.pk}/publish/", {"url": "yaori/news"})
    assert wrong.status_code == 422
    assert 'value="yaori/news"' in wrong.content.decode()
    client.post(f"/w/yaori/statements/{one.pk}/publish/", {"url": "https://yaori.example/news"})
    one.refresh_from_db()
    assert (one.status, one.published_url, one.published_by) == (
        "published", "https://yaori.example/news", cast.manager,
    )  # fmt: skip
    assert "https://yaori.example/news" in client.get(act(crisis)).content.decode()


def test_what_is_sent_back_comes_with_its_reason_and_is_kept(cast: Cast, crisis: Crisis) -> None:
    one = words(crisis, cast.staff)
    submit_statement(statement=one, by=cast.staff, now=NOW)
    client = signed_in(cast.manager)
    assert client.post(f"/w/yaori/statements/{one.pk}/return/", {"reason": " "}).status_code == 422
    client.post(f"/w/yaori/statements/{one.pk}/return/", {"reason": "寫出時間"})
    assert "Sent back: 寫出時間" in text_of(signed_in(cast.staff).get(act(crisis)))


def test_a_blank_keeps_it_from_going_out_and_says_so(cast: Cast, crisis: Crisis) -> None:
    one = words(crisis, cast.staff, "請洽【聯絡方式】。")
    submit_statement(statement=one, by=cast.staff, now=NOW)
    client = signed_in(cast.manager)
    client.post(f"/w/yaori/statements/{one.pk}/approve/")
    page = client.get(act(crisis))
    assert "A blank of the text is not filled in yet" in text_of(page)
    assert f"/w/yaori/statements/{one.pk}/publish/" not in page.content.decode()


def test_the_statements_of_a_plan_go_out_when_it_is_approved_and_not_when_that_is_void(
    cast: Cast, crisis: Crisis
) -> None:
    plan = make_submitted(cast, crisis)
    client, one = signed_in(cast.manager), plan.statements.get()
    publish = f"/w/yaori/statements/{one.pk}/publish/"
    assert "Its plan waits for a decision" in text_of(client.get(act(crisis)))
    approve_plan(plan=plan, candidate=recommended(plan), reason="", by=cast.manager, now=NOW)
    assert publish in client.get(act(crisis)).content.decode()
    revise_plan(plan=plan, by=cast.staff, now=NOW)
    page = client.get(act(crisis))
    assert "Void: the plan was edited after its approval" in text_of(page)
    assert publish not in page.content.decode()


def test_a_part_is_fetched_alone(cast: Cast, crisis: Crisis) -> None:
    task(crisis, cast, "回電")
    part = signed_in(cast.staff).get(act(crisis) + "?part=tasks").content.decode()
    assert "回電" in part
    assert "<html" not in part
