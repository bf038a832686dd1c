"""Kinds and states of statements in the reader's language."""

from django.utils.translation import gettext as _


def obstacle_text(code: str) -> str:
    """Why a statement cannot go out now, and what to do."""
    return {
        "void": _("Void: the plan was edited after its approval. Have the new version approved."),
        "plan-draft": _("Its plan is a draft. Submit the plan first."),
        "plan-submitted": _("Its plan waits for a decision."),
        "plan-returned": _("Its plan was sent back. Revise it and submit again."),
        "blank-left": _("A blank of the text is not filled in yet. Fill it in, then go on."),
        "needs-approver": _("A manager publishes it."),
        "closed": _("The crisis is closed. Reopen it to publish."),
    }[code]
