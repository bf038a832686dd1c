"""Codes of the network in the reader's language."""

from django.utils.translation import gettext as _


def fetch_error_text(code: str, detail: str) -> str:
    """Why a request got no usable answer, and what to do; see `sentinel.core.net.types.FetchError`."""
    said = {
        "refused-address": _(
            "%(detail)s is a private or reserved address. Someone who runs this installation can open it."
        ),
        "unresolvable": _("The name %(detail)s is not known. Check its spelling."),
        "connect": _("Nothing answers at %(detail)s."),
        "tls": _("The certificate of %(detail)s is not valid."),
        "timeout": _("The site did not answer in time (%(detail)s)."),
        "too-large": _("The answer is larger than we read (%(detail)s)."),
        "too-many-redirects": _("The site redirects us on and on (%(detail)s times)."),
        "bad-redirect": _("The site redirects us to an address that cannot be used: %(detail)s."),
        "bad-encoding": _("The answer is compressed in a way that cannot be read: %(detail)s."),
        "reset": _("The site broke the connection off."),
        "protocol": _("The answer is not valid HTTP: %(detail)s."),
    }.get(code)
    return said % {"detail": detail} if said else f"{code} {detail}".strip()
