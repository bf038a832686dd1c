"""What a review shows, in the reader's language."""

from django.utils.translation import gettext as _


def effect_state_text(state: str) -> str:
    """Why the figures before and after an action say nothing beside each other yet; "" where they do."""
    return {
        "compared": "",
        "running": _("The time after it is not over yet."),
        "nothing-before": _("Nothing was captured before it, so there is nothing to compare with."),
        "no-topic": _("No topic is watched for this crisis, so nothing is counted."),
    }[state]


def review_field_word(name: str) -> str:
    """A field of the review's text."""
    return {
        "cause": _("Cause"),
        "department_note": _("Which part of the department"),
        "went_well": _("What went well"),
        "went_badly": _("What went badly"),
    }[name]
