"""The words of a query that ask who, where and in which language, not what (pure)."""

from functools import lru_cache
from urllib.parse import urlsplit

from monitoring.matching.folding import Folded
from monitoring.matching.query import Document, Term
from monitoring.matching.words import Word, written


def has_attribute(document: Document, term: Term) -> bool:
    """Whether `document` is by the author, on the site, under the address or in the language of `term`.

    An author's name may be given in part. A site is its domain, subdomains included, or part of its name. An address
    is given in part, case apart. A language stands for its variants: zh for zh-Hant.
    """
    match term.field:
        case "author":
            return _holds(document.author, term)
        case "site":
            return _is_on_site(document, term)
        case "url":
            return term.text.casefold() in document.url.casefold()
        case "lang":
            return _is_or_begins(document.lang.casefold().replace("_", "-"), term.text.casefold(), "-")
        case _:
            return False


def _is_on_site(document: Document, term: Term) -> bool:
    hosts = (document.site.casefold(), _host(document.url))
    if "." in term.text:
        domain = term.text.casefold()
        return any(host == domain or host.endswith(f".{domain}") for host in hosts)
    return any(_holds(host, term) for host in hosts)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an unfinished IPv6 address
        return ""


def _is_or_begins(value: str, beginning: str, joint: str) -> bool:
    return value == beginning or value.startswith(beginning + joint)


def _holds(value: str, term: Term) -> bool:
    word, text = _word(term), Folded(value)
    form = written(text, term.level)
    return any(
        form.startswith(pattern, start) and word.accepts(text, start, start + len(pattern))
        for pattern in word.patterns
        for start in range(len(form))
    )


_word = lru_cache(maxsize=4096)(Word)
