"""What the gallery shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from alerts.board import Pulse, PulseBucket, PulseNote, Reason


class SampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As people call it")
    address = forms.EmailField(label="E-mail")
    zone = forms.ChoiceField(label="Time zone", choices=[("Asia/Taipei", "Taipei UTC+8")])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="Mark sensitive terms as well", help_text="86 terms are built in")
    names = forms.CharField(label="Brand names", widget=forms.Textarea, help_text="One becomes one word of the query")


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
    now = datetime.now(UTC)
    form = SampleForm(
        {"name": "", "address": "not an address", "zone": "Asia/Taipei", "names": "曜日乳業\n曜日鮮乳\n曜日"}
    )
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
        "reasons": [
            Reason("volume", "Volume", "8.4×", "5×", 0.84, 0.5, True),
            Reason("negative", "Negative", "71%", "60%", 0.71, 0.6, True),
            Reason("surprise", "Surprise", "0.62", "0.8", 0.62, 0.8, False),
        ],
        "form": form,
        "marked": [
            ("昨天買的", ""),
            ("曜日鮮乳", "hit"),
            ("，瓶底有", ""),
            ("異物", "sensitive"),
            ("。", ""),
            ("客服", "del"),
            ("店家", "ins"),
        ],
        "due": now + timedelta(minutes=3, seconds=12),
        "past": now - timedelta(minutes=4),
    }
