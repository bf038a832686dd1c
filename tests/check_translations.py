"""Are all three languages complete? Extracts every message afresh and compares."""

import shutil
import subprocess
import sys
import tempfile
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hant", "zh_Hans", "en")
SOURCES = ("manage.py", "sentinel", "monitoring", "alerts", "playbooks", "templates", "locale")


def extract(folder: Path) -> None:
    """Copy the sources and merge the messages that they hold into the copied catalogues."""
    for name in SOURCES:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    words = ["makemessages", "--all", "--no-location", "--no-wrap", "--verbosity", "0"]
    subprocess.run([sys.executable, "manage.py", *words], cwd=folder, check=True)


def compiled_text(compiled: dict[Any, str], message: Message) -> tuple[str | None, ...]:
    """What the compiled catalogue says of a message, a text for each of its plural forms."""
    many = isinstance(message.id, tuple)
    key = message.id[0] if many else message.id
    key = f"{message.context}\x04{key}" if message.context else key
    forms = len(message.string) if many else 1
    return tuple(compiled.get((key, form) if many else key) for form in range(forms))


def problems_of(language: str, folder: Path) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    name = f"locale/{language}/LC_MESSAGES/django"
    with (folder / f"{name}.po").open("rb") as file:
        fresh = read_po(file, locale=language)
    with (ROOT / f"{name}.mo").open("rb") as file:
        compiled = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    found = [f"{language}: {text!r} is no longer used" for text in fresh.obsolete]
    for message in fresh:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        label = f"{language}: {message.id!r}"
        if message.fuzzy or not all(texts):
            found.append(f"{label} is not translated")
            continue
        found += [f"{label}: {error}" for error in message.check()]
        if compiled_text(compiled, message) != texts:
            found.append(f"{label} is not in django.mo as it is in django.po; run compilemessages")
    return found


def main() -> int:
    """Print what is missing; the exit code."""
    if shutil.which("xgettext") is None:
        print("gettext is not installed: translations are not checked", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        extract(Path(folder))
        found = [problem for language in LANGUAGES for problem in problems_of(language, Path(folder))]
    print("\n".join(found) or "all three languages are complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
