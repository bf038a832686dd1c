"""What others made is what its manifest says, and every icon that a page asks for is in the sprite."""

import hashlib
import json
import re
from pathlib import Path

from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
FOLDERS = [VENDOR, Path(settings.BASE_DIR) / "playbooks" / "reports" / "fonts"]
MANIFESTS = {folder: json.loads((folder / "manifest.json").read_text()) for folder in FOLDERS}
ENTRIES = [(folder, entry) for folder, manifest in MANIFESTS.items() for entry in manifest]
SOURCES = [*Path(settings.BASE_DIR, "templates").rglob("*.html"), *Path(settings.BASE_DIR, "static", "js").glob("*.js")]


def test_every_file_has_the_hash_of_the_manifest() -> None:
    for folder, entry in ENTRIES:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]


def test_nothing_lies_there_that_the_manifest_does_not_name() -> None:
    for folder, manifest in MANIFESTS.items():
        lying = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        named = {entry["file"] for entry in manifest} | {entry["licence_file"] for entry in manifest}
        assert lying == named | {"manifest.json"}


def test_every_package_has_a_version_and_a_licence() -> None:
    for folder, entry in ENTRIES:
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
        assert entry["licence"]
        assert (folder / entry["licence_file"]).stat().st_size > 200


def test_every_icon_that_is_asked_for_exists() -> None:
    there = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "lucide.svg").read_text()))
    text = "\n".join(path.read_text() for path in SOURCES)
    asked = set(re.findall(r'{% icon "([^"]+)"', text)) | set(re.findall(r'\bicon="([a-z][^"]*)"', text))
    assert asked - there == set()
