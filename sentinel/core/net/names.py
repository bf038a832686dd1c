"""Which host names and ports a public web site cannot have (pure)."""

import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names that mean the reader's own machine or network, wherever they are asked (RFC 6761, 6762, 8375, 9476; ICANN's
# collision list; the files of hosts that systems come with). A resolver that answers for them answers for itself.
_LOOPBACK = _words("localhost localhost4 localhost6 ip6-localhost ip6-loopback loopback broadcasthost")
_PRIVATE_TREES = _words(
    "local internal localdomain localdomain4 localdomain6 lan home corp mail intranet private home.arpa svc cluster"
    " consul docker onion alt"
)
_METADATA = _words(
    "metadata instance-data metadata.google.internal metadata.goog metadata.packet.net metadata.platformequinix.com"
)
# Ports on which something else than the web listens: the "bad ports" of the WHATWG Fetch standard, and data stores and
# control planes whose text protocols can be spoken through a request.
CLOSED_PORTS = frozenset(
    map(
        int,
        _words(
            "1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119"
            " 123 135 137 139 143 161 179 389 427 445 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601"
            " 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679"
            " 6697 10080 873 1099 1433 1521 2181 2375 2376 2379 2380 3306 3389 4369 5432 5672 5900 6379 6380 6432 6443"
            " 9042 9092 9200 9300 10250 10255 11211 11300 16379 26379 27017 27018"
            " 1080 2222 3128 5555 5984 5985 5986 8500 9418"
        ),
    )
)
_LATIN_TWINS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")


def check_name(name: str) -> str | None:
    """Why the lower-case ASCII host `name` is nobody's public site (loopback, private, link-local), or None."""
    labels = name.split(".")
    if labels[-1] in _LOOPBACK or (labels[0] in _LOOPBACK and labels[-1].startswith("localdomain")):
        return "loopback"
    if name in _METADATA:
        return "link-local"
    is_private = len(labels) > 1 and not _PRIVATE_TREES.isdisjoint((labels[-1], ".".join(labels[-2:])))
    return "private" if is_private else None


def is_lookalike(name: str) -> bool:
    """Whether a host name in Unicode could be read as another one.

    It holds a form that folds into another character (full-width, circled, ligatures), a label of another script's
    digits (which some readers take for a number), or one that mixes Latin letters with those of a script made of their
    twins. Chinese, Japanese and Korean go with Latin.
    """
    if unicodedata.normalize("NFKC", name) != name:
        return True
    if any(label.isdecimal() and not label.isascii() for label in name.split(".")):
        return True
    return any(map(_is_mixed, name.split(".")))


def _is_mixed(label: str) -> bool:
    if label.isascii():
        return False
    names = [unicodedata.name(char, "") for char in label if char.isalpha()]
    return any(one.startswith("LATIN") for one in names) and any(one.startswith(_LATIN_TWINS) for one in names)
