"""Codes of posts and queries in the reader's language; those of sources are in `monitoring.source_wording`."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from monitoring.matching import Finding, QueryError


def mood_text(label: str) -> str:
    """The label of a mention."""
    return {"neg": _("Negative"), "pos": _("Positive"), "unsure": _("Not clear"), "": ""}[label]


# What a person may say of a post, in the order of the keys 1 to 4; codes of monitoring.models.judging.
VERDICTS_OFFERED = {
    "pending": pgettext_lazy("verdict on a post", "To check"),
    "true": pgettext_lazy("verdict on a post", "True"),
    "inaccurate": pgettext_lazy("verdict on a post", "Inaccurate"),
    "malicious": pgettext_lazy("verdict on a post", "Malicious"),
}
MOODS_OFFERED = {
    "neg": pgettext_lazy("mood of a post", "Negative"),
    "neu": pgettext_lazy("mood of a post", "Neutral"),
    "pos": pgettext_lazy("mood of a post", "Positive"),
    "unclear": pgettext_lazy("mood of a post", "Cannot tell"),
}


def verdict_text(verdict: str) -> str:
    """A person's verdict on a post."""
    return str(VERDICTS_OFFERED.get(verdict, verdict))


def corrected_text(mood: str) -> str:
    """A mood as a person corrected it."""
    return str(MOODS_OFFERED.get(mood, mood))


def media_text(media: str) -> str:
    """What kind of thing a snapshot is."""
    return {
        "html": _("Web page"),
        "json": _("Data (JSON)"),
        "xml": _("Feed (XML)"),
        "text": pgettext("media", "Text"),
        "image": pgettext("media", "Image"),
    }.get(media, pgettext("media", "File"))


def precision_text(precision: str) -> str:
    """How exactly a publication is known."""
    return {
        "second": pgettext("precision", "to the second"),
        "minute": pgettext("precision", "to the minute"),
        "hour": pgettext("precision", "to the hour"),
        "day": pgettext("precision", "to the day"),
        "month": pgettext("precision", "to the month"),
        "": pgettext("precision", "not stated"),
    }[precision]


def figure_text(name: str) -> str:
    """What a site counts; its own word where it is none that we know."""
    return {
        "reposts": _("Reposts"),
        "comments": _("Comments"),
        "likes": _("Likes"),
        "views": pgettext("figure", "Views"),
        "shares": _("Shares"),
        "rank": pgettext("figure", "Rank"),
        "heat": pgettext("figure", "Heat"),
    }.get(name, name)


def category_text(category: str) -> str:
    """What a sensitive term is about."""
    return {
        "boycott": _("Boycott"),
        "coordination": _("Coordination"),
        "data_leak": _("Data leak"),
        "discrimination": _("Discrimination"),
        "environment": _("Environment"),
        "executive_scandal": _("Executives"),
        "food_safety": _("Food safety"),
        "fraud": _("Fraud"),
        "injury_death": _("Injury or death"),
        "labour": _("Labour"),
        "product_recall": _("Recall"),
        "product_safety": _("Product safety"),
        "regulator_police": _("Authorities"),
        "rumour": _("Rumour"),
    }.get(category, category)


def query_error_text(error: QueryError) -> str:
    """Why a query cannot be used, and what to do."""
    return _(error.message) % error.params


def finding_text(finding: Finding) -> str:
    """Why a query holds for a text, or what stopped it; see `monitoring.matching.explain.Finding`."""
    params = dict(finding.params)
    if "terms" in params:
        params["terms"] = _(", ").join(params["terms"])
    said = {
        "hit": _("“%(term)s” stands there"),
        "near": _("“%(left)s” and “%(right)s” stand %(distance)s characters apart"),
        "missing": _("“%(term)s” is missing"),
        "missing_any": _("none of these stands there: %(terms)s"),
        "too_far": _("“%(left)s” and “%(right)s” stand %(distance)s characters apart; %(limit)s are allowed"),
        "apart": _("“%(left)s” and “%(right)s” do not stand together in the title or in the text"),
        "excluded": _("the excluded word “%(term)s” stands there"),
        "excluded_near": _("the excluded words “%(left)s” and “%(right)s” stand close together"),
    }[finding.code] % params
    if finding.code == "hit" and params["count"] > 1:
        return _("%(said)s %(count)s times") % {"said": said, "count": params["count"]}
    return said


def touched_text(name: str) -> str:
    """What a deletion touches; see monitoring.operations.erasing.Touched."""
    return {
        "posts": _("posts, deleted for good"),
        "posts_elsewhere": _("posts that another workspace keeps: they leave this workspace alone"),
        "revisions": _("earlier versions of them"),
        "figures": _("readings of their figures"),
        "mentions": _("mentions in this workspace"),
        "judgements": _("verdicts and corrected moods"),
        "replies": _("replies by others, which stay and no longer say what they answer"),
        "captures": _("snapshots"),
        "snapshots_shared": _("of these, snapshots that show other posts as well; those posts lose them"),
        "bodies": _("stored bodies of snapshots"),
        "rows": _("rejected rows of imported files"),
        "files": _("uploaded files that are not read yet: they go, or lose the rows that name it"),
        "copies": _("copies on file in crises and titles of alerts, which become tombstones"),
        "entries": _("audit entries, which keep that something was done and lose of what"),
    }.get(name, name)


def wish_error_text(code: str) -> tuple[str, str]:
    """The field and the words for a deletion request that cannot be carried out."""
    return {
        "subject-missing": ("value", _("Say which author or which address.")),
        "address-wrong": ("value", _("This is no web address. Copy it from the browser, with https:// in front.")),
        "site-wrong": ("site", _("This is no site. Write it like forum.example.com, or leave it empty.")),
        "reason-missing": ("reason", _("Say why, for example “request of the person by e-mail, 3 March”.")),
    }[code]
