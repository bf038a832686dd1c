"""`lab extract`: what does an article page say?"""

import io
import json
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitoring.lab import BadLine
from monitoring.lab.extract import build
from monitoring.lab.runner import run

ROOT = Path(__file__).resolve().parents[2]
NEWS = ROOT / "tests" / "payloads" / "article_news.html"
OPTIONS = ["extract", "--now", "2025-06-20T15:00:00+08:00", "--zone", "Asia/Taipei"]


def answers(
    lines: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list]:
    written = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written.encode())))
    code = run(OPTIONS)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_page_is_read_from_its_bytes_or_as_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    saved = tmp_path / "gbk.html"
    saved.write_bytes(NEWS.read_text().encode("gb18030"))
    lines = [
        {"id": 1, "url": "https://news.example.tw/1", "path": str(saved), "kept": True},
        {"id": 2, "url": "https://news.example.tw/1", "html": NEWS.read_text()},
    ]
    code, (first, second) = answers(lines, monkeypatch, capsys)
    assert code == 0
    assert set(first) == {"id", "kept", "title", "author", "published_at", "precision", "site", "text"}
    assert (first["id"], first["kept"], second["id"]) == (1, True, 2)
    assert first["published_at"] == "2025-06-20T10:05:00+08:00"
    assert first["precision"] in ("minute", "second")
    assert first["text"] == second["text"]


def test_a_naive_time_is_utc_by_default() -> None:
    answer = build({"zone": ZoneInfo("UTC"), "now": None})
    page = "<title>標題在此處喔</title><h1>標題在此處喔</h1><p>2024-05-14 12:30</p><p>內文</p>"
    assert answer({"html": page})["published_at"] == "2024-05-14T12:30:00+00:00"


def test_a_bad_line_is_answered_in_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["{", {"id": 2}, {"id": 3, "path": "/no/such/file"}, {"id": 4, "html": 7}, {"id": 5, "html": ""}]
    code, out = answers(lines, monkeypatch, capsys)
    assert code == 2
    assert [line["id"] for line in out] == [None, 2, 3, 4, 5]
    assert ["error" in line for line in out] == [True, True, True, True, False]
    assert out[4]["published_at"] is None


def test_both_a_path_and_a_page_are_refused() -> None:
    with pytest.raises(BadLine, match="either"):
        build({"zone": None, "now": None})({"path": "a", "html": "b"})


def test_it_runs_alone_without_a_database() -> None:
    line = json.dumps({"id": 1, "url": "https://news.example.tw/1", "path": str(NEWS)})
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "lab", "extract"],
        input=line.encode(),
        capture_output=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
        cwd=ROOT,
    )
    assert json.loads(done.stdout)["title"].startswith("曜日乳業")
