"""What an audit entry says, in plain words."""

from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

VERBS = {
    "add": _("added"),
    "allow": _("opened to the crawler"),
    "archive": _("archived"),
    "change-key": _("changed the signing key of"),
    "change-password": _("changed the password of"),
    "change-preferences": _("changed the preferences of"),
    "change-roles": _("changed the roles of"),
    "claim": _("claimed"),
    "close": _("closed"),
    "create": _("created"),
    "disallow": _("closed to the crawler"),
    "disable": _("switched off"),
    "edit": _("edited"),
    "enable": _("switched on"),
    "invite": _("issued"),
    "join": _("joined with"),
    "open": _("opened"),
    "pause": _("paused"),
    "publish": _("published"),
    "raise": _("raised"),
    "release": _("released parked work in"),
    "remove": _("removed"),
    "rename": _("renamed"),
    "resume": _("resumed"),
    "reveal": _("revealed the author of"),
    "send-again": _("sent once more"),
    "test": _("tested"),
    "visit-now": _("asked for a visit of"),
    "withdraw": _("withdrew"),
}

KINDS = {
    "alert": _("alert"),
    "allowedhost": _("private address"),
    "delivery": _("message"),
    "invitation": _("invitation"),
    "membership": _("membership"),
    "outlet": _("notification outlet"),
    "post": _("post"),
    "rule": _("rule"),
    "subscription": _("source"),
    "topic": _("topic"),
    "user": _("account"),
    "workspace": _("workspace"),
}

FACTS = {
    "after": _("after"),
    "before": _("before"),
    "changed": _("what"),
    "count": _("how many"),
    "definition": _("definition"),
    "kind": _("kind"),
    "language": _("language"),
    "min_count": _("at least"),
    "note": _("note"),
    "query": _("query"),
    "reason": _("reason"),
    "roles": _("roles"),
    "rows": _("rows"),
    "stage": _("stage"),
    "thresholds": _("thresholds"),
    "tier": _("tier"),
    "url": _("address"),
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


def verb_words(verb: str) -> str:
    """`change-roles` → "changed the roles of"; an unknown verb stands for itself."""
    return str(VERBS.get(verb, verb))


def kind_words(kind: str) -> str:
    """`subscription` → "source"."""
    return str(KINDS.get(kind, kind))


def facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """What changed, as pairs of a word and a short text."""
    return [(_fact_words(name), _fact_text(data[name])) for name in sorted(data, key=lambda name: name in LATE)]


def _fact_words(name: str) -> str:
    return str(FACTS.get(name, name))


def _fact_text(value: Any) -> str:
    if isinstance(value, list):
        return gettext(", ").join(_fact_text(one) for one in value)
    if isinstance(value, dict):
        pairs = (f"{_fact_words(name)} {_fact_text(one)}" for name, one in value.items())
        return f"({gettext('; ').join(pairs)})"
    return str(ROLE_WORDS.get(value, value)) if isinstance(value, str) else str(value)
