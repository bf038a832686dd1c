"""Are all three languages complete? Extracts every message afresh and compares."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.mofile import read_mo
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


def problems_of(language: str, folder: Path) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    name = f"locale/{language}/LC_MESSAGES/django"
    with (folder / f"{name}.po").open("rb") as file:
        fresh = read_po(file, locale=language)
    with (ROOT / f"{name}.mo").open("rb") as file:
        compiled = read_mo(file)
    found = []
    for message in fresh:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        label = f"{language}: {message.id!r}"
        if message.fuzzy or not all(texts):
            found.append(f"{label} is not translated")
            continue
        found += [f"{label}: {error}" for error in message.check()]
        built = compiled.get(message.id, message.context)
        if built is None or built.string != message.string:
            found.append(f"{label} is not in django.mo as it is in django.po; run compilemessages")
    found += [f"{language}: {text!r} is no longer used" for text in fresh.obsolete]
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
