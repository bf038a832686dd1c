"""What the gallery and the board show in tests: the day on which 「鮮乳喝出異物」 goes around."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from alerts.board import (
    AlertDetail,
    AlertRow,
    AlertState,
    Board,
    Clock,
    ClockKind,
    PostLine,
    Pulse,
    PulseBucket,
    PulseNote,
    Queue,
    QueueGroup,
    Reason,
    Situation,
    SourceShare,
    TierCount,
    TimelineEntry,
)

REASONS = (
    Reason("volume", "聲量倍數", "8.4×", "5×", 0.84, 0.5, True),
    Reason("negative", "負面占比", "71%", "60%", 0.71, 0.6, True),
    Reason("sensitive", "敏感詞", "3 個", "2", 0.6, 0.4, True),
    Reason("surprise", "異常程度", "0.62", "0.8", 0.62, 0.8, False),
)


class SampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As people call it")
    address = forms.EmailField(label="E-mail")
    zone = forms.ChoiceField(label="Time zone", choices=[("Asia/Taipei", "Taipei UTC+8")])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="Mark sensitive terms as well", help_text="86 terms are built in")
    names = forms.CharField(label="Brand names", widget=forms.Textarea, help_text="Each is a word of the query")


def frame_context(*, section: str = "board") -> dict[str, Any]:
    """What every page of a workspace has."""
    workspace = SimpleNamespace(slug="yaori", name="曜日乳業", pk=1)
    permissions = (
        "claim_alert close_alert edit_topics edit_sources edit_outlets manage_people view_audit release_parked"
    )
    return {
        "workspace": workspace,
        "workspaces": [workspace, SimpleNamespace(slug="tsukimi", name="月見乳業", pk=2)],
        "may": dict.fromkeys(permissions.split(), True),
        "nav": {
            "open_unclaimed": 3,
            "unclaimed_red": 1,
            "sources_trouble": 1,
            "sources_ok": 38,
            "sources_total": 39,
            "blind_sentence": "PTT 延遲 6 分鐘，數字偏低",
            "seq": 41,
        },
        "section": section,
    }


def sample_pulse(now: datetime) -> Pulse:
    """A quiet day that turns in its last two hours."""
    start = now - timedelta(hours=24)
    buckets = tuple(
        PulseBucket(start + timedelta(minutes=15 * i), neg=12 + max(0, i - 86) ** 2 * 5, neu=60 + i % 7, pos=14 + i % 3)
        for i in range(96)
    )
    notes = (
        PulseNote(start + timedelta(hours=6), "客服中斷"),
        PulseNote(now - timedelta(hours=2), "08:42 最早採集到"),
        PulseNote(now - timedelta(minutes=20), "11:13 轉紅"),
    )
    return Pulse(buckets, usual=140.0, notes=notes)


def gallery_context() -> dict[str, Any]:
    """The gallery's `sample`."""
    now = timezone.now()
    form = SampleForm({"address": "not an address", "zone": "Asia/Taipei", "names": "曜日乳業\n曜日鮮乳\n曜日"})
    form.is_valid()
    return {
        "tiers": [1, 2, 3, 4],
        "tabs": [
            {"url": "#a", "label": "All", "count": 39, "current": True},
            {"url": "#a", "label": "To do", "count": 4, "current": False},
            {"url": "#a", "label": "Closed", "count": None, "current": False},
        ],
        "pulse": sample_pulse(now),
        "spark": [8, 7, 9, 8, 7, 8, 12, 18, 30, 46, 40, 22, 12],
        "reasons": REASONS,
        "form": form,
        "marked": [
            ("買的", ""),
            ("曜日鮮乳", "hit"),
            ("有", ""),
            ("異物", "sensitive"),
            ("客服", "del"),
            ("店家", "ins"),
        ],
        "due": now + timedelta(minutes=3, seconds=12),
        "past": now - timedelta(minutes=4),
    }


def sample_row(id: int, tier: int, title: str, *, due: int, state: AlertState = "open", by: str = "") -> AlertRow:
    """An alert whose clock is due in `due` seconds, claimed by `by`."""
    now = timezone.now()
    kind: ClockKind = "claim" if state == "open" else "reply"
    return AlertRow(
        id=id,
        number=f"AL-{1000 + id}",
        tier=tier,
        title=title,
        subtitle="Dcard、Threads、PTT · 曜日鮮乳",
        spark=tuple(8 + max(0, i - 14) ** 2 for i in range(24)),
        volume_1h=2184,
        multiple=8.4,
        negative_share=0.71,
        state=state,
        clock=Clock(kind, now + timedelta(seconds=due)),
        opened_at=now - timedelta(hours=1),
        claimed_by_initial=by[-2:-1],
        claimed_by_name=by,
        claimed_by_me=by == "林雅婷",
    )


def sample_rows() -> list[AlertRow]:
    return [
        sample_row(43, 3, "超商下架照片遭移花接木", due=-250),
        sample_row(42, 1, "「鮮乳喝出異物」影片跨平台擴散", due=192),
        sample_row(44, 2, "前員工爆料改標有效期限", due=700),
        sample_row(45, 2, "聯名代言人爭議波及品牌", due=4925, state="claimed", by="林雅婷"),
        sample_row(46, 4, "新包裝提袋難開引起吐槽", due=9618, state="claimed", by="許承恩"),
    ]


def sample_queue(rows: Sequence[AlertRow]) -> Queue:
    states: tuple[AlertState, ...] = ("open", "claimed", "closed")
    groups = [[row for row in rows if row.state == state] for state in states]
    return Queue(
        tab="active",
        groups=tuple(QueueGroup(state, tuple(group), len(group)) for state, group in zip(states, groups, strict=True)),
        active=len(rows),
        mine=sum(row.claimed_by_me for row in rows),
        closed=0,
        is_empty=not rows,
    )


def sample_detail(row: AlertRow) -> AlertDetail:
    now = timezone.now()

    def post(minutes: int, source: str, text: str, sensitive: tuple[str, ...] = ()) -> PostLine:
        return PostLine(minutes, now - timedelta(minutes=minutes), source, "匿名", text, sensitive=sensitive)

    return AlertDetail(
        row=row,
        summary="近 1 小時已監測 2,184 則，來自 4 個平台；衛生單位說法未採集到。",
        topic_name="曜日乳業：品牌",
        topic_version=6,
        topic_id=1,
        reasons=REASONS,
        reached=3,
        counts_less=False,
        clocks=tuple(clock for clock in (row.clock, Clock("position", now + timedelta(hours=4))) if clock),
        mentions=1872,
        earliest=post(158, "Dcard 美食板", "「昨天買的，倒到底才看到……」", ("異物",)),
        recent=(post(109, "Threads", "轉貼影片"), post(15, "島嶼新聞網", "首家媒體轉載")),
        sources=(SourceShare(1, "Threads", 820, 0.44), SourceShare(2, "PTT", 540, 0.29, undercount="延遲，偏低")),
        timeline=(TimelineEntry(now, "轉紅", is_key=True), TimelineEntry(now, "認領", by="林雅婷")),
        may_claim=row.state == "open",
        may_close=row.state != "closed",
    )


def sample_board(rows: Sequence[AlertRow], *, selected: int | None = 42, sources: int = 39) -> Board:
    """The board of `rows`, the selected one in the pane."""
    unclaimed = [row for row in rows if row.state == "open"]
    worst = min((row.tier for row in unclaimed), default=None)
    at_worst = sum(row.tier == worst for row in unclaimed)
    chosen = next((row for row in rows if row.id == selected), None)
    return Board(
        situation=Situation(
            counts=tuple(TierCount(tier, sum(row.tier == tier for row in rows)) for tier in (1, 2, 3, 4)),
            unclaimed=len(unclaimed),
            worst_tier=worst,
            worst_unclaimed=at_worst,
            others=len(unclaimed) - at_worst,
            overdue=1 if unclaimed else 0,
            overdue_by=timedelta(minutes=4) if unclaimed else None,
            mine=sum(row.claimed_by_me for row in rows),
            sources_total=sources,
            sources_paused=0,
            blind_sentence="",
        ),
        pulse=sample_pulse(timezone.now()),
        queue=sample_queue(rows),
        selected=sample_detail(chosen) if chosen else None,
    )
