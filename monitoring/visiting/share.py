"""What reading one answer may cost: whoever takes more is stopped, so that the other sources of the round go on.

The readers' own bounds are what keeps pages cheap; this is for what they do not foresee. It counts the processor time
of the process and interrupts between two steps of the interpreter and inside regular expressions, not inside a parser
written in C. Works where signals do: in the main thread of a process, as in the crawler's; elsewhere it does nothing.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 2.0  # of processor time; the slowest honest page takes half of it


class TooCostlyError(Exception):
    """Reading an answer took more than its share."""


@contextmanager
def within_share(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TooCostlyError in the block when it has used `seconds` of processor time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooCostlyError
