"""Tables for spreadsheets (pure)."""

import csv
import io
from collections.abc import Iterable, Sequence

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not read UTF-8


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV; a cell that a spreadsheet would take for a formula gets a quote before it (OWASP)."""
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue()


def harmless(cell: str) -> str:
    """`=1+1` → `'=1+1`."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(BEGINS_A_FORMULA) else cell
