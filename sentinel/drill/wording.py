"""What is wrong with a scenario, in the reader's language."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sentinel.drill.fields import Problem

PROBLEMS = {
    "toml": _("This is not TOML: %(said)s"),
    "missing": _("This field is missing."),
    "unknown-field": _("There is no such field here. Fields: %(known)s."),
    "not-text": _("Write a text in quotation marks."),
    "blank": _("This text is empty."),
    "not-a-choice": _("Write one of these: %(choices)s."),
    "not-a-number": _("Write a number without quotation marks."),
    "out-of-range": _("Write a number from %(low)s to %(high)s."),
    "not-a-flag": _("Write true or false."),
    "not-a-list": _("Write a list with at least one entry."),
    "not-a-table": _("Write a table with fields."),
    "not-a-key": _("Write lower-case letters, digits and hyphens, such as food-safety."),
    "not-after": _("This must be later than minute %(than)g."),
    "before-complaint": _("Nothing of the story may be said before its first complaint at minute %(minute)g."),
    "after-the-end": _("The scenario is over by then: it ends at minute %(minute)g."),
    "no-complaint": _("The first post comes at minute %(first)g; the complaint must begin with it."),
    "taken": _("Another beat has the id %(id)s already."),
    "nothing-to-quote": _("Posts on weibo alone quote, and a beat on weibo that has this id; there is no “%(id)s”."),
    "unknown-placeholder": _("There is no placeholder {%(name)s}. Placeholders: %(known)s."),
    "lone-brace": _("A brace stands alone. A placeholder is a name between two: {brand}."),
    "quoted-too-early": _("“%(id)s” is said at minute %(minute)g only; nobody can quote it before."),
    "no-brand": _("No post names {brand}, so the drill's topic would find none. Name it, or write a query."),
    "not-a-query": _("The topic's query cannot be read: %(said)s"),
    "too-many": _("These are %(posts)d posts in all; at most %(most)d can be played."),
}


def problem_text(problem: Problem) -> str:
    """The problem as a sentence that names its place."""
    params = dict(problem.params)
    if problem.code == "out-of-range":
        params |= {name: f"{params[name]:,.10g}" for name in ("low", "high")}
    if problem.code == "not-a-query":  # what the keyword language says, with the same parameters
        params["said"] = gettext(str(params["said"])) % params
    said = str(PROBLEMS[problem.code]) % params
    return gettext("%(where)s: %(said)s") % {"where": problem.where, "said": said}
