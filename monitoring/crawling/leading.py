"""Where the links of search engines lead, which they state in themselves (pure).

Bing News and Google Alerts name the address in their query; Bing's results have it in `u`, in base64 behind `a1`, in
links that are others each time.
"""

import base64
import binascii
from urllib.parse import parse_qs, urlsplit

from monitoring.crawling.addresses import absolute_url, registrable_domain

_LEADING_ON = {
    ("bing.com", "/news/apiclick.aspx"): ("url",),
    ("bing.com", "/ck/a"): ("u",),
    ("google.com", "/url"): ("url", "q"),
}


def led_to(link: str) -> str:
    """The address that an engine's own link leads to; the link itself where it is none of these."""
    parts = urlsplit(link)
    names = _LEADING_ON.get((registrable_domain(parts.hostname or ""), parts.path))
    if names is None:
        return link
    query = parse_qs(parts.query)
    stated = (absolute_url("", _plain(one)) for name in names for one in query.get(name, ()))
    return next((found for found in stated if found), link)


def _plain(stated: str) -> str:
    if not stated.startswith("a1"):
        return stated
    packed = stated.removeprefix("a1").rstrip("=")
    try:
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
