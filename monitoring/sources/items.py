"""What a source yields, and how reading it can fail (pure)."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter

from sentinel.core.net.types import Response


@dataclass(frozen=True, slots=True)
class Item:
    """One post as a source shows it.

    `url` is absolute; `site_id` is the site's own identifier where it has one. `published_at` is aware, or None where
    the source states no time; `precision` is second, minute, hour, day or month. `figures` holds what the site counts
    (reposts, comments, likes, views; rank and heat of a list). `needs_detail` says that the text stands on the page at
    `url`. `replies` came with it: comments, or the later floors of a thread. `is_partial` says that less is shown than
    there was (the original of a repost is gone): a post that is known already keeps its words. `attached` are files
    that came with it. `response` is the answer it was read from.
    """

    url: str
    title: str = ""
    text: str = ""
    author: str = ""
    site_id: str = ""
    published_at: datetime | None = None
    precision: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    needs_detail: bool = False
    replies: tuple["Item", ...] = ()
    is_partial: bool = False
    attached: tuple[Response, ...] = field(default=(), repr=False, compare=False)
    response: Response | None = field(default=None, repr=False, compare=False)

    def answered(self, response: Response) -> "Item":
        """The item as read from `response`."""
        return self if self.response is response else Item(*(*_without_response(self), response))


_without_response = attrgetter(*(one.name for one in fields(Item) if one.name != "response"))


class SourceError(Exception):
    """A source that answered, but not with what was expected.

    `code` is one of: blocked (the site refuses us: captcha, 432, 403), login (it wants us to sign in), layout (the page
    has changed: selectors find nothing), malformed (not the format that the source should have), web-page (a page where
    a feed should be; `detail` is the feed that it names), http (an error status), details (none of the listed pages can
    be read; `detail` counts them), empty (well formed, nothing in it where something should be), too-costly
    (reading it took more than its share of time). `detail` says what was seen; the edge words it.
    `retry_after` is the wait, in seconds, that the answer asks for.
    """

    def __init__(self, code: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class DefinitionError(ValueError):
    """A source definition that cannot work: `problems` maps a field's name to an English sentence (a gettext msgid)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = problems
