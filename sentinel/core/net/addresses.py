"""Which network addresses a public web site cannot have (pure).

The list is our own, after the IANA IPv4 and IPv6 special-purpose address registries: `ipaddress.is_global` of Python
3.11 lets a dozen of them through, and none looks inside an IPv6 address that carries an IPv4 one.
"""

import ipaddress
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_SPECIAL_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this-network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "platform"),  # the host services of Azure, in public space
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "protocol"),
        ("192.52.193.0/24", "protocol"),
        ("192.88.99.0/24", "tunnel"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "protocol"),
        ("198.18.0.0/15", "benchmark"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_SPECIAL_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "this-network"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "translation"),
        ("100::/64", "discard"),
        ("100:0:0:1::/64", "discard"),
        ("2001::/32", "tunnel"),  # Teredo
        ("2001::/23", "protocol"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "tunnel"),  # 6to4
        ("2620:4f:8000::/48", "protocol"),
        ("3ffe::/16", "reserved"),  # of the 6bone, given back
        ("3fff::/20", "documentation"),
        ("5f00::/16", "protocol"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # all that has been handed out for use on the public internet
_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")
# Interface identifiers of ISATAP (RFC 5214): 0000:5efe or 0200:5efe before the IPv4 address.
_ISATAP = (0x00005EFE, 0x02005EFE)


def check_address(address: IPv4Address | IPv6Address | str) -> str | None:
    """Why nothing on the public internet lives at `address`, or None where a public site may.

    The reason is a stable code: this-network, loopback, private, shared, link-local, platform, documentation,
    benchmark, multicast, reserved, protocol, translation, tunnel, discard. For an IPv6 address that carries an IPv4
    address (mapped, compatible, RFC 6052, 6to4, Teredo, ISATAP) the inner address must pass as well. Raises
    ValueError where `address` is no address.
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, IPv4Address):
        return next((reason for network, reason in _SPECIAL_V4 if parsed in network), None)
    parsed = IPv6Address(int(parsed))  # without a zone identifier
    inner = next(filter(None, map(check_address, _carried(parsed))), None)
    if inner:
        return inner
    if parsed in _MAPPED or parsed in _TRANSLATED:
        return None
    special = next((reason for network, reason in _SPECIAL_V6 if parsed in network), None)
    return special or (None if parsed in _GLOBAL_V6 else "reserved")


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries by any of the schemes in use."""
    value = int(address)
    last = IPv4Address(value & 0xFFFFFFFF)
    if address in _MAPPED or address in _TRANSLATED:
        yield last
    elif value >> 32 == 0 and value > 1:
        yield last  # "compatible", long deprecated
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    if (value >> 32) & 0xFFFFFFFF in _ISATAP:
        yield last


def read_ipv4(host: str) -> IPv4Address | None:
    """The address that a resolver reads in `host`: `127.1`, `0x7f000001` and `017700000001` are 127.0.0.1.

    None where `host` is a name. Raises ValueError where it looks like a number and is no address, as in the
    WHATWG URL standard ("ends in a number").
    """
    parts = host.split(".")
    if not (parts[-1].isascii() and parts[-1].isdigit()) and _number(parts[-1]) is None:
        return None
    numbers = [_number(part) for part in parts]
    if len(parts) > 4 or None in numbers:
        raise ValueError(host)
    *heads, tail = [number for number in numbers if number is not None]
    if any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        raise ValueError(host)
    return IPv4Address(tail + sum(head << 8 * (3 - place) for place, head in enumerate(heads)))


def _number(part: str) -> int | None:
    """A decimal, octal (0…) or hexadecimal (0x…) number, or None."""
    digits = part.lower()
    if not digits.isascii() or not digits.isalnum() or len(digits) > 40:
        return None
    try:
        if digits.startswith("0x"):
            return int(digits[2:] or "0", 16)
        return int(digits, 8 if digits.startswith("0") else 10)
    except ValueError:
        return None
