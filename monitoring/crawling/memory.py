"""Keep the memory of a parsed page for the next one.

glibc gives a large tree back to the system as soon as it is freed, and the next page pays for every 4 KB of it anew:
with 32 MB held back Lexbor reads a page of 130 KB in two thirds of the time. Elsewhere than on glibc nothing is done.
Nor is it worth looking for garbage in circles after every 700 nodes of a tree that is alive: that took 7 % of a visit.
"""

import ctypes
import gc
from functools import cache

HELD = 32 * 1024 * 1024  # bytes at the top of the heap that stay with the process
_YOUNG = 10_000  # objects that are made until garbage is looked for; some 2 MB
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)


@cache
def hold_memory() -> bool:
    """Ask for it once in a process; whether the system knows how."""
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    try:
        adjust = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return bool(adjust(_TRIM_THRESHOLD, HELD) and adjust(_MMAP_THRESHOLD, HELD // 8))
