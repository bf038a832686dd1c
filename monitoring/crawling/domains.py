"""Whose patience a request costs: the registrable domain of a site (pure).

From the Public Suffix List (publicsuffix.org), as the package publicsuffixlist carries it.
"""

import functools
import re

from publicsuffixlist import PublicSuffixList

_NUMERIC = re.compile(r"\[.*\]|[0-9.]+")


def domain_of(place: str) -> str:
    """The registrable domain of a `host:port`: news.example.com.tw:443 → example.com.tw.

    An address in numbers and a name of one label (localhost, a machine of the house) are servers of their own at each
    port; a host that is itself a public suffix stands for itself.
    """
    host, _colon, _port = place.rpartition(":")
    if _NUMERIC.fullmatch(host) or "." not in host:
        return place
    return _suffixes().privatesuffix(host) or host


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
