"""Names for lists that show who is the same without showing who it is (pure)."""

import hashlib
import hmac

PSEUDONYM_LENGTH = 4


def pseudonym(author: str, site: str, key: bytes) -> str:
    """Four hexadecimal digits, the same for the same author, site and key; a label to read, never an identity.

    `key` is the installation's secret, without which the names cannot be tried one by one (HMAC-SHA-256, RFC 2104).
    Two people of one list may share a pseudonym: count authors by their own names.
    """
    # The lengths keep ("ab", "c") and ("a", "bc") apart.
    message = f"{len(site)}:{site}{author}".encode("utf-8", "backslashreplace")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH]
