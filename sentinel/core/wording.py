"""Codes of the guarded client in the reader's language: why something could not be fetched or delivered."""

import re

from django.utils.translation import gettext as _

_REFUSED = re.compile(r"(?P<host>.+) \((?P<reason>[a-z-]+)\)")
# Why the guard refuses a machine that an operator may open; what else it refuses is nobody's address.
_PRIVATE = frozenset({"loopback", "private", "shared", "link-local", "this-network", "platform"})
_UNREADABLE = frozenset(
    {"too-long", "control-character", "whitespace", "backslash", "scheme", "userinfo", "empty-host", "encoded-host"}
    | {"lookalike-host", "zone", "bad-host", "bad-address", "bad-port"}
)


def fetch_error_text(code: str, detail: str = "") -> str:
    """A sentence for `FetchError.code` with its `detail`; a code that is not known is shown as it is."""
    if code == "refused-address":
        return _refused_text(detail)
    sentence = {
        "unresolvable": _("The name %(detail)s was not found. Is it spelt right?"),
        "connect": _("%(detail)s did not take the connection. Is it running and reachable from here?"),
        "tls": _("The certificate of %(detail)s is not valid."),
        "timeout": _("No answer within %(detail)s."),
        "too-large": _("The answer was too large (%(detail)s)."),
        "too-many-redirects": _("More than %(detail)s redirects in a row."),
        "bad-redirect": _("A redirect that leads nowhere: %(detail)s."),
        "bad-encoding": _("The answer could not be decompressed (%(detail)s)."),
        "reset": _("%(detail)s broke the connection off."),
        "protocol": _("The answer is not proper HTTP (%(detail)s)."),
    }.get(code)
    if sentence is None:
        return f"{code}: {detail}" if detail else code
    return sentence % {"detail": detail or "?"}


def _refused_text(detail: str) -> str:
    found = _REFUSED.fullmatch(detail)
    host, reason = (found["host"], found["reason"]) if found else ("", detail)
    if reason in _PRIVATE:
        return _(
            "%(host)s is inside a private network, where Sentinel asks nobody. Who runs this installation can open it, "
            "by host and port, with ALLOWED_PRIVATE_HOSTS."
        ) % {"host": host}
    if reason in _UNREADABLE:
        return _("The address is not written as a web address is (%(reason)s).") % {"reason": reason}
    return _("%(host)s is no address on the public internet (%(reason)s).") % {"host": host, "reason": reason}
