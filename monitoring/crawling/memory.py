"""Keep the memory of a parsed page for the next one.

glibc gives a large tree back to the system as soon as it is freed, and the next page pays for every 4 KB of it anew:
with 32 MB held back Lexbor reads a page of 130 KB in two thirds of the time. Elsewhere than on glibc nothing is done.
"""

import ctypes
from functools import cache

HELD = 32 * 1024 * 1024  # bytes at the top of the heap that stay with the process
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)


@cache
def hold_memory() -> bool:
    """Ask for it once in a process; whether the system knows how."""
    try:
        adjust = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return bool(adjust(_TRIM_THRESHOLD, HELD) and adjust(_MMAP_THRESHOLD, HELD // 8))
