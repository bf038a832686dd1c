"""Why a query is refused, and where (pure)."""

from typing import Any


def gettext_noop(message: str) -> str:
    """Mark an English message for translation; the edge translates it when it is shown."""
    return message


MESSAGES = {
    "empty": gettext_noop("Write at least one word."),
    "too_long": gettext_noop("The query has %(length)s characters; %(limit)s are allowed."),
    "too_deep": gettext_noop("Brackets and exclusions are nested more than %(limit)s deep."),
    "too_many_words": gettext_noop("The query has more than %(limit)s words; split it into several topics."),
    "word_too_long": gettext_noop("This word has %(length)s characters; %(limit)s are allowed."),
    "unclosed_bracket": gettext_noop("This bracket is never closed."),
    "unopened_bracket": gettext_noop("This bracket closes nothing."),
    "empty_brackets": gettext_noop("There is nothing in these brackets."),
    "unclosed_quote": gettext_noop("This quotation mark is never closed."),
    "unopened_quote": gettext_noop("This quotation mark closes nothing."),
    "empty_word": gettext_noop("“%(word)s” holds no letter, digit or character to look for."),
    "missing_before": gettext_noop("%(operator)s needs a word before it."),
    "missing_after": gettext_noop("%(operator)s needs a word after it."),
    "unknown_field": gettext_noop(
        "There is no field “%(field)s”. Known: %(known)s. To look for a colon, use quotation marks."
    ),
    "missing_value": gettext_noop("%(field)s: needs a word after it."),
    "field_in_field": gettext_noop("A field cannot stand inside another field's brackets."),
    "field_plain": gettext_noop("%(field)s: takes words only, without a level mark or NEAR."),
    "near_distance": gettext_noop("NEAR needs a number of characters from 0 to %(limit)s, such as NEAR/10."),
    "near_operand": gettext_noop("NEAR joins two words, or groups of words joined by OR, in the title or text."),
    "mark_needs_word": gettext_noop("The mark %(mark)s stands directly before a word."),
    "sound_too_short": gettext_noop("~ compares by sound and needs at least %(least)s Chinese characters."),
    "punctuation": gettext_noop("“%(character)s” is not an operator. Use OR, AND or -, or put it in quotation marks."),
    "wildcard": gettext_noop("“%(character)s” is not needed: parts of Chinese words are found as they are."),
    "only_excluded": gettext_noop(
        "This would match nearly every post: besides what is excluded, say what must be there."
    ),
}


class QueryError(ValueError):
    """A query that cannot be used.

    `code` names the reason and is stable; `position` counts code points from the start of the query; `params` fill
    the message. `str(error)` is English; an edge shows `gettext(error.message) % error.params`.
    """

    def __init__(self, code: str, position: int = 0, **params: Any) -> None:
        self.code = code
        self.position = position
        self.params = params
        self.message = MESSAGES[code]
        super().__init__(self.message % params)
