"""Sets one report and ends: JSON on standard input, PDF on standard output, what is wrong on standard error.

A process of its own, since the typesetter keeps what it has once learned: 170 MB after a dozen reports.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import typst

HERE = Path(__file__).parent


def main() -> int:
    """0 with a PDF, 1 with the typesetter's message."""
    order = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])
    try:
        made = typst.compile(
            (HERE / "handling.typ").read_bytes(),
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"report": order["report"]},
            timestamp=datetime.fromisoformat(order["made_at"]),
        )
    except RuntimeError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
