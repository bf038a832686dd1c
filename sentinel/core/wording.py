"""Codes of the network in the reader's language."""

import re

from django.utils.translation import gettext as _

_REFUSED = re.compile(r"(?P<host>.+) \((?P<reason>[a-z-]+)\)")
# Why the guard refuses a machine that somebody may open; what else it refuses is nobody's address.
_PRIVATE = frozenset({"loopback", "private", "shared", "link-local", "this-network", "platform"})
_UNREADABLE = frozenset(
    {"too-long", "control-character", "whitespace", "backslash", "scheme", "userinfo", "empty-host", "encoded-host"}
    | {"lookalike-host", "zone", "bad-host", "bad-address", "bad-port"}
)


def fetch_error_text(code: str, detail: str) -> str:
    """Why a request got no usable answer, and what to do; see `sentinel.core.net.types.FetchError`."""
    if code == "refused-address":
        return _refused_text(detail)
    said = {
        "unresolvable": _("The name %(detail)s is not known. Check its spelling."),
        "connect": _("Nothing answers at %(detail)s."),
        "tls": _("The certificate of %(detail)s is not valid."),
        "timeout": _("The site did not answer in time (%(detail)s)."),
        "too-large": _("The answer is larger than we read (%(detail)s)."),
        "too-many-redirects": _("The site keeps redirecting us (%(detail)s times)."),
        "bad-redirect": _("The site redirects us to an address that cannot be used: %(detail)s."),
        "bad-encoding": _("The answer is compressed in a way that cannot be read: %(detail)s."),
        "reset": _("The site broke the connection off."),
        "protocol": _("The answer is not valid HTTP: %(detail)s."),
    }.get(code)
    return said % {"detail": detail} if said else f"{code} {detail}".strip()


def _refused_text(detail: str) -> str:
    """`detail` is "host (reason)" or the reason alone, as `RefusedAddressError` writes it."""
    found = _REFUSED.fullmatch(detail)
    host, reason = (found["host"], found["reason"]) if found else ("", detail)
    if reason in _PRIVATE:
        return _(
            "%(host)s is inside a private network, where Sentinel asks nobody. Someone who runs this installation can "
            "open it by host and port."
        ) % {"host": host}
    if reason == "closed-port":
        return _("Port %(port)s belongs to another service than the web.") % {"port": host}
    if reason in _UNREADABLE:
        return _("The address is not written as a web address is (%(reason)s).") % {"reason": reason}
    return _("%(host)s is no address on the public internet (%(reason)s).") % {"host": host, "reason": reason}
