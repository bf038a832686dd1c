"""How a source is read, and how far back, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.models import BackRead
from monitoring.source_wording import outcome_text
from monitoring.visiting.back import MOST_PAGES, MOST_POSTS, OLDEST


def history_text(row: BackRead) -> str:
    """How far a source was read back, and why no further."""
    if row.parked_at:
        return _("Reading back failed again and again by a fault of ours.")
    if row.finished_at is None:
        return _("Waits for the first visit.") if not row.pages else _("Reads on, behind the visits.")
    said = {
        "complete": _("Read to the end: the source shows nothing older."),
        "repeats": _("Read to the end: further pages show the same posts again."),
        "old": ngettext("Read %(n)s day back.", "Read %(n)s days back.", OLDEST.days) % {"n": OLDEST.days},
        "pages": _("Ended after %(n)s pages.") % {"n": MOST_PAGES},
        "posts": _("Ended after %(n)s posts.") % {"n": MOST_POSTS},
        "stopped": _("Stopped by an admin."),
        "out-of-time": _("Ended: the pace that the site asks for leaves no time to read its articles back."),
    }.get(row.outcome)
    return said or _("Ended: %(why)s") % {"why": outcome_text(row.outcome, "")}


def wrong_history_state(code: str) -> str:
    """Why reading back could not be started or stopped; codes of `monitoring.operations.back_reading`."""
    return {
        "drill": _("This source belongs to a drill. It comes and goes with the drill."),
        "pushed": _("The posts of this source are sent to us: there is nothing to read back."),
        "no-history": _("Sources of this kind are not read back: they search by time, or count every question."),
        "paused": _("This source is paused. Resume it first."),
        "reading-back": _("This source is being read back already."),
        "not-reading-back": _("This source is not being read back."),
    }[code]
