"""What was seen of a post that was looked at again, in the reader's language."""

from django.utils.translation import gettext as _

from monitoring.queries.growth import Followed
from monitoring.source_wording import outcome_text


def followed_text(followed: Followed) -> str:
    """What the last look saw; a failure as it is worded for visits."""
    said = {
        "": _("not yet"),
        "ok": _("still there"),
        "gone": _("no longer there"),
        "missing": _("not found once; it counts as deleted when it is not found again"),
        "closed": _("cannot be looked at again"),
    }.get(followed.outcome)
    if said is None:
        return outcome_text(followed.outcome, followed.detail)
    return _("no longer there: “%(words)s”") % {"words": followed.detail} if _has_words(followed) else said


def _has_words(followed: Followed) -> bool:
    return followed.outcome == "gone" and bool(followed.detail)
