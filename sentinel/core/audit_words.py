"""What an audit entry says, in plain words."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sentinel.core.stages import all_stages

VERBS = {
    "add": _("added"),
    "allow": _("opened to the crawler"),
    "approve": _("approved"),
    "archive": _("archived"),
    "assess": _("made"),
    "authorise": _("authorised"),
    "cancel": _("cancelled"),
    "change-key": _("changed the signing key of"),
    "change-password": _("changed the password of"),
    "change-preferences": _("changed the preferences of"),
    "change-roles": _("changed the roles of"),
    "check": _("looked back at"),
    "claim": _("claimed"),
    "close": _("closed"),
    "correct-mood": _("corrected the mood of"),
    "cosign": _("co-signed"),
    "create": _("created"),
    "decline": _("declined"),
    "disable": _("switched off"),
    "disallow": _("closed to the crawler"),
    "discard": _("threw away"),
    "dismiss": _("said that it is about something else:"),
    "draft": _("drafted"),
    "edit": _("edited"),
    "enable": _("switched on"),
    "end-drill": _("ended"),
    "file": _("put on file"),
    "find-earlier": _("found an earlier post for"),
    "enter": _("entered by hand"),
    "finish": _("finished"),
    "hand-over": _("handed over"),
    "erase": _("deleted on request"),
    "expire": _("let go after its retention"),
    "export": _("took out the report of"),
    "import": _("imported"),
    "export-evidence": _("took out the evidence of"),
    "invite": _("issued"),
    "issue": _("issued"),
    "join": _("joined with"),
    "judge": _("judged"),
    "link": _("linked"),
    "move": _("moved"),
    "note": _("wrote a note on"),
    "open": _("opened"),
    "pause": _("paused"),
    "propose": _("proposed"),
    "publish": _("published"),
    "raise": _("raised"),
    "read-back": _("had Sentinel read back"),
    "release": _("released parked work in"),
    "remove": _("removed"),
    "remove-drill": _("removed all that came of"),
    "rename": _("renamed"),
    "reopen": _("opened again"),
    "report-progress": _("reported progress on"),
    "restore": _("counts again"),
    "resume": _("resumed"),
    "return": _("sent back"),
    "revoke": _("revoked"),
    "reveal-author": _("revealed the author of"),
    "seat": _("gave a seat to"),
    "see-notice": _("took note of what was told of"),
    "send-again": _("sent once more"),
    "settle": _("settled"),
    "start-drill": _("started"),
    "stop-reading-back": _("stopped reading back"),
    "submit": _("submitted"),
    "take-charge": _("took charge of"),
    "test": _("tested"),
    "unseat": _("took the seat from"),
    "verify": _("verified the evidence of"),
    "visit-now": _("asked for a visit of"),
    "void": _("voided the approval of"),
    "withdraw": _("withdrew"),
}

KINDS = {
    "alert": _("alert"),
    "allowedhost": _("private address"),
    "assessment": _("assessment"),
    "correctiveaction": _("corrective action"),
    "crisis": _("crisis"),
    "delivery": _("message"),
    "drill": _("drill"),
    "erasure": _("deletion request"),
    "emergencymeasure": _("emergency measure"),
    "evidence": _("evidence"),
    "fact": _("fact"),
    "holdingtext": _("holding statement text"),
    "fileimport": _("imported file"),
    "ingesttoken": _("access token"),
    "invitation": _("invitation"),
    "membership": _("membership"),
    "outlet": _("notification outlet"),
    "plan": _("response plan"),
    "post": _("post"),
    "review": _("review"),
    "rule": _("rule"),
    "scenariofile": _("scenario"),
    "stakeholder": _("stakeholder"),
    "statement": _("statement"),
    "sourcenotice": _("notice of a source"),
    "subscription": _("source"),
    "task": _("task"),
    "teammember": _("control centre seat"),
    "topic": _("topic"),
    "user": _("account"),
    "watch": _("look back"),
    "workspace": _("workspace"),
}

FACTS = {
    "1": _("Red"),
    "2": _("Orange"),
    "3": _("Yellow"),
    "4": _("Blue"),
    "after": _("after"),
    "alert": _("alert"),
    "answer": _("answer"),
    "before": _("before"),
    "candidate": _("candidate"),
    "capture": _("snapshot"),
    "changed": _("what"),
    "channel": _("channel"),
    "count": _("how many"),
    "definition": _("definition"),
    "department": _("department"),
    "duty": _("duty"),
    "found": _("found"),
    "group": _("group"),
    "kind": _("kind"),
    "language": _("language"),
    "level": _("level"),
    "level_before": _("level before"),
    "min_count": _("at least"),
    "mood": _("mood"),
    "names": _("with names"),
    "note": _("note"),
    "outcome": _("outcome"),
    "owner": _("owner"),
    "query": _("query"),
    "reason": _("reason"),
    "roles": _("roles"),
    "rows": _("rows"),
    "sha256": _("SHA-256"),
    "speed": _("speed"),
    "stage": _("stage"),
    "tells_outlets": _("tells outlets"),
    "status": _("status"),
    "stored_sha256": _("SHA-256 of the compressed data"),
    "thresholds": _("thresholds"),
    "tier": _("tier"),
    "topic": _("topic"),
    "until": _("until"),
    "url": _("address"),
    "verdict": _("verdict"),
    "posts": _("posts"),
    "posts_elsewhere": _("posts that another workspace keeps"),
    "revisions": _("earlier versions"),
    "figures": _("readings"),
    "mentions": _("mentions"),
    "imports": _("imported files"),
    "judgements": _("verdicts"),
    "replies": _("replies by others"),
    "captures": _("snapshots"),
    "snapshots_shared": _("snapshots that show other posts as well"),
    "bodies": _("stored bodies"),
    "copies": _("copies on file"),
    "entries": _("audit entries"),
    "erased": _("deleted on request"),
    "version": _("version"),
    "why": _("why"),
    "window_minutes": _("minutes"),
}
LATE = ["after"]  # shown after the others, so that "before" comes before it

ROLE_WORDS = {
    "staff": pgettext_lazy("role", "PR staff"),
    "manager": pgettext_lazy("role", "Manager"),
    "admin": pgettext_lazy("role", "Admin"),
}
STAGE_WORDS = {
    "collect": pgettext_lazy("stage", "Collect"),
    "assess": pgettext_lazy("stage", "Assess"),
    "act": pgettext_lazy("stage", "Act"),
    "review": pgettext_lazy("stage", "Review"),
}
FACT_WORDS = {
    "known": pgettext_lazy("fact", "Known"),
    "unknown": pgettext_lazy("fact", "Unknown"),
    "disproved": pgettext_lazy("fact", "Disproved"),
}
LEVEL_WORDS = {
    "1": _("1 · Red · Critical"),
    "2": _("2 · Orange · Major"),
    "3": _("3 · Yellow · Moderate"),
    "4": _("4 · Blue · Minor"),
}
DEPARTMENT_WORDS = {
    "production": pgettext_lazy("department", "Production"),
    "quality": pgettext_lazy("department", "Quality"),
    "supply": pgettext_lazy("department", "Purchasing and supply"),
    "logistics": pgettext_lazy("department", "Logistics"),
    "sales": pgettext_lazy("department", "Sales"),
    "marketing": pgettext_lazy("department", "Marketing"),
    "service": pgettext_lazy("department", "After-sales and customer service"),
    "it": pgettext_lazy("department", "Information technology"),
    "pr": pgettext_lazy("department", "Public relations"),
    "other": pgettext_lazy("department", "Another department"),
}
ANSWER_WORDS = {
    "agree": pgettext_lazy("co-signature", "Agrees"),
    "object": pgettext_lazy("co-signature", "Objects"),
}
CHANNEL_WORDS = {
    "site": pgettext_lazy("channel", "Website"),
    "facebook": pgettext_lazy("channel", "Facebook"),
    "weibo": pgettext_lazy("channel", "Weibo"),
    "line": pgettext_lazy("channel", "LINE"),
    "press": pgettext_lazy("channel", "Press release"),
    "service": pgettext_lazy("channel", "Customer service"),
    "shop": pgettext_lazy("channel", "Shops"),
    "internal": pgettext_lazy("channel", "Colleagues"),
}
DUTY_WORDS = {
    "commander": pgettext_lazy("duty", "Commander"),
    "spokesperson": pgettext_lazy("duty", "Spokesperson"),
    "member": pgettext_lazy("duty", "Member"),
}
STAKEHOLDER_WORDS = {
    "victims": pgettext_lazy("stakeholder", "Those affected"),
    "authorities": pgettext_lazy("stakeholder", "Authorities"),
    "partners": pgettext_lazy("stakeholder", "Partners"),
    "media": pgettext_lazy("stakeholder", "Media"),
    "public": pgettext_lazy("stakeholder", "Public"),
}
OUTCOME_WORDS = {
    "same": pgettext_lazy("verification", "The hash is the same"),
    "damaged": pgettext_lazy("verification", "The hash is another: what is stored is not what was received"),
    "quiet": pgettext_lazy("look back", "Quiet"),
    "relapse": pgettext_lazy("look back", "It has come again"),
}
VERDICT_WORDS = {
    "pending": pgettext_lazy("verdict", "Under investigation"),
    "true": pgettext_lazy("verdict", "True"),
    "inaccurate": pgettext_lazy("verdict", "Not accurate"),
    "rumour": pgettext_lazy("verdict", "Malicious rumour"),
    "malicious": pgettext_lazy("verdict", "Malicious"),
}
MOOD_WORDS = {
    "neg": _("Negative"),
    "neu": pgettext_lazy("mood", "Neutral"),
    "pos": _("Positive"),
    "unclear": pgettext_lazy("mood", "Cannot be told"),
}
# Codes of the rooms above, by the fact that holds them; a fact that is not here holds text, which stays as it is.
CODES: dict[str, dict[str, Any]] = {
    "after": {**ROLE_WORDS, **STAGE_WORDS, **FACT_WORDS},
    "answer": ANSWER_WORDS,
    "before": {**ROLE_WORDS, **STAGE_WORDS, **FACT_WORDS},
    "changed": {
        "address": _("address"),
        "language": _("language"),
        "least_tier": _("which alerts"),
        "name": pgettext_lazy("changed", "name"),
    },
    "channel": CHANNEL_WORDS,
    "department": DEPARTMENT_WORDS,
    "duty": DUTY_WORDS,
    "group": STAKEHOLDER_WORDS,
    "kind": {
        "blocked": pgettext_lazy("source", "Blocked"),
        "down": pgettext_lazy("source", "Down"),
        "email": pgettext_lazy("outlet", "E-mail"),
        "empty": pgettext_lazy("source", "Empty"),
        "feed": _("Feed (RSS, Atom, JSON Feed)"),
        "layout": pgettext_lazy("source", "Layout changed"),
        "login": pgettext_lazy("source", "Login needed"),
        "negative": _("Negative share"),
        "listing": _("Web page that lists articles"),
        "quiet": pgettext_lazy("source", "Unusually quiet"),
        "robots": pgettext_lazy("source", "Not allowed"),
        "sensitive": _("Sensitive posts"),
        "volume": _("Volume"),
        "webhook": _("Webhook"),
        "weibo": _("Weibo-style network"),
    },
    "language": dict(settings.LANGUAGES),
    "level": LEVEL_WORDS,
    "level_before": LEVEL_WORDS,
    "mood": MOOD_WORDS,
    "outcome": OUTCOME_WORDS,
    "reason": {
        "false-alarm": pgettext_lazy("close reason", "False alarm"),
        "handled": pgettext_lazy("close reason", "Handled"),
        "no-action": pgettext_lazy("close reason", "No action needed"),
    },
    "roles": ROLE_WORDS,
    "status": FACT_WORDS,
    "verdict": VERDICT_WORDS,
    "why": {
        "gone": _("The receiver is gone for good (HTTP 410)"),
        "person": _("By hand"),
    },
}


def verb_words(verb: str) -> str:
    """`change-roles` → "changed the roles of"; an unknown verb stands for itself."""
    return str(VERBS.get(verb, verb))


def kind_words(kind: str) -> str:
    """`subscription` → "source"."""
    return str(KINDS.get(kind, kind))


def facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """What changed, as pairs of a word and a short text; that it was a drill is shown as a mark instead."""
    names = sorted((name for name in data if name != "drill"), key=lambda name: name in LATE)
    return [(_fact_words(name), _fact_text(name, data[name])) for name in names]


def _fact_words(name: str) -> str:
    return str(FACTS.get(name, name))


def _fact_text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return gettext(", ").join(_fact_text(name, one) for one in value)
    if isinstance(value, dict):
        is_flat = not any(isinstance(one, dict) for one in value.values())
        joiner = gettext(", ") if is_flat else gettext("; ")
        return joiner.join(f"{_fact_words(part)} {_fact_text(part, one)}" for part, one in value.items())
    return str(_codes(name).get(str(value), value))


def _codes(name: str) -> dict[str, Any]:
    """What the codes of a fact mean; stages bring their own words."""
    return {stage.name: stage.label for stage in all_stages()} if name == "stage" else CODES.get(name, {})
