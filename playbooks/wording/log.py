"""What an entry of a crisis' log says, in plain words: a short title, what it was about, how much it weighs."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alerts.wording import tier_name
from playbooks.wording.codes import answer_word, channel_word, duty_word, stage_word, verdict_word
from sentinel.core.audit_words import kind_words, verb_words
from sentinel.core.models import AuditEntry

# (kind, verb) that change what everybody has to know; what is not here is detail
WEIGHTY = frozenset(
    [
        *(("crisis", verb) for verb in ("open", "move", "take-charge", "report-progress", "note", "close", "reopen")),
        *(("plan", verb) for verb in ("submit", "withdraw", "approve", "return", "void", "cosign")),
        *(("emergencymeasure", verb) for verb in ("propose", "approve", "decline", "finish")),
        *(("statement", verb) for verb in ("approve", "return", "publish")),
        ("assessment", "assess"),
        ("fact", "settle"),
        ("crisis", "find-earlier"),
        ("correctiveaction", "finish"),
        ("correctiveaction", "link"),
        ("watch", "check"),
    ]
)
# what the outside can see of us
ACTIONS = frozenset({("statement", "publish"), ("emergencymeasure", "approve"), ("emergencymeasure", "finish")})
# decisions
KEYS = frozenset(
    {
        ("assessment", "assess"),
        ("crisis", "close"),
        ("crisis", "reopen"),
        ("crisis", "take-charge"),
        ("plan", "submit"),
        ("plan", "approve"),
        ("plan", "return"),
        ("plan", "void"),
    }
)


def entry_title(entry: AuditEntry) -> str:
    """What was done, in two or three words."""
    titles = {
        ("crisis", "open"): pgettext("log", "Crisis opened"),
        ("crisis", "move"): pgettext("log", "Stage"),
        ("crisis", "take-charge"): pgettext("log", "Taken over"),
        ("crisis", "report-progress"): pgettext("log", "Progress"),
        ("crisis", "note"): pgettext("log", "Note"),
        ("crisis", "edit"): pgettext("log", "Title and summary"),
        ("crisis", "close"): pgettext("log", "Crisis closed"),
        ("crisis", "reopen"): pgettext("log", "Reopened"),
        ("crisis", "find-earlier"): pgettext("log", "Earlier post found"),
        ("teammember", "seat"): pgettext("log", "Seat"),
        ("teammember", "unseat"): pgettext("log", "Seat given up"),
        ("evidence", "file"): pgettext("log", "Evidence filed"),
        ("assessment", "assess"): pgettext("log", "Assessed"),
        ("emergencymeasure", "propose"): pgettext("log", "Emergency measure proposed"),
        ("emergencymeasure", "approve"): pgettext("log", "Emergency measure"),
        ("emergencymeasure", "decline"): pgettext("log", "Measure declined"),
        ("emergencymeasure", "finish"): pgettext("log", "Measure carried out"),
        ("statement", "publish"): pgettext("log", "Published"),
        ("statement", "approve"): pgettext("log", "Statement approved"),
        ("statement", "return"): pgettext("log", "Statement sent back"),
        ("plan", "submit"): pgettext("log", "Plan submitted"),
        ("plan", "withdraw"): pgettext("log", "Plan withdrawn"),
        ("plan", "approve"): pgettext("log", "Plan approved"),
        ("plan", "return"): pgettext("log", "Plan sent back"),
        ("plan", "void"): pgettext("log", "Approval void"),
        ("plan", "cosign"): pgettext("log", "Co-signature"),
        ("task", "finish"): pgettext("log", "Task done"),
        ("task", "add"): pgettext("log", "Task"),
        ("fact", "add"): pgettext("log", "Fact"),
        ("correctiveaction", "add"): pgettext("log", "Corrective action"),
        ("correctiveaction", "link"): pgettext("log", "Watched for from now on"),
        ("correctiveaction", "finish"): pgettext("log", "Corrective action done"),
    }
    if (entry.object_kind, entry.verb) == ("fact", "settle"):
        return _settled_title(entry.data)
    title = titles.get((entry.object_kind, entry.verb))
    return title or _("%(kind)s: %(verb)s") % {"kind": kind_words(entry.object_kind), "verb": verb_words(entry.verb)}


def _settled_title(data: dict[str, Any]) -> str:
    return {
        "known": pgettext("log", "Verified"),
        "disproved": pgettext("log", "Disproved"),
    }.get(str(data.get("after")), pgettext("log", "In question again"))


def entry_text(entry: AuditEntry) -> str:
    """What it was about."""
    data, what = entry.data, (entry.object_kind, entry.verb)
    if what == ("crisis", "open"):
        alert = data.get("alert")
        return _("from alert %(alert)s") % {"alert": alert} if alert else _("by hand")
    if what == ("crisis", "move"):
        return _("%(before)s → %(after)s") % {part: stage_word(data[part]) for part in ("before", "after")}
    if entry.object_kind == "crisis":
        return str(data.get("note") or data.get("url") or "")
    if entry.object_kind == "assessment":
        return " · ".join([tier_name(int(data["level"])), verdict_word(data["verdict"])])
    if entry.object_kind == "teammember":
        department = data.get("department")
        return " · ".join(filter(None, [entry.object_label, duty_word(data["duty"]), department]))
    if entry.object_kind == "plan":
        return _plan_text(data)
    if entry.object_kind == "statement":
        channel = channel_word(str(data["channel"])) if data.get("channel") else ""
        parts = [channel, str(data.get("note") or entry.object_label)]
        return " · ".join(filter(None, parts))
    note = data.get("note") or data.get("topic") or data.get("rule")
    return f"{entry.object_label} · {note}" if note else entry.object_label


def _plan_text(data: dict[str, Any]) -> str:
    answer = answer_word(str(data["answer"])) if data.get("answer") else ""
    version = f"v{data['version']}" if "version" in data else ""
    parts = [version, answer, data.get("department"), data.get("candidate"), data.get("note"), data.get("reason")]
    return " · ".join(str(part) for part in parts if part)
