"""`lab feed` and `lab decode`: what is in a file as received; a bad line stops only itself."""

import io
import json
from pathlib import Path

import pytest

from monitoring.lab.runner import run

FEED = """<rss version="2.0"><channel><item><title>曜日&#55357;&#56833;</title><link>/1</link><author>王</author>
<pubDate>週五, 20 六月 2025 09:00:00 +0800</pubDate><description>內文</description><guid>g1</guid></item></channel>
</rss>"""


def answers(
    words: list[str], lines: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list]:
    written = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written.encode())))
    code = run(words)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_feed_is_read_and_a_bad_line_stops_only_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    feed, page = tmp_path / "feed.xml", tmp_path / "page.html"
    feed.write_bytes(FEED.encode())
    page.write_bytes(b"<html><body>hello</body></html>")
    lines = [
        {"id": 1, "path": str(feed), "url": 5},
        {"id": 2},
        "no line",
        {"id": 3, "path": str(tmp_path)},
        {"id": 4, "path": str(page)},
        {"id": 5, "path": str(feed), "url": "https://n.example/feed", "kept": True},
    ]
    options = ["feed", "--now", "2025-06-21T00:00:00+08:00", "--zone", "Asia/Taipei"]
    code, found = answers(options, lines, monkeypatch, capsys)
    assert code == 2
    assert [(one["id"], "line" in one.get("error", "")) for one in found] == [
        (1, True),
        (2, True),
        (None, True),
        (3, True),
        (4, False),  # a page that is no feed is an answer
        (5, False),
    ]
    assert found[4]["entries"] == []
    assert found[5] == {
        "id": 5,
        "kept": True,
        "entries": [
            {
                "title": "曜日😁",
                "link": "https://n.example/1",
                "author": "王",
                "published_at": "2025-06-20T09:00:00+08:00",
                "precision": "second",
                "text": "內文",
                "guid": "g1",
            }
        ],
    }


@pytest.mark.parametrize("tool", ["extract", "decode"])
def test_a_field_that_is_no_text_stops_only_its_line(
    tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes("<html><body><p>曜日鮮乳</p></body></html>".encode())
    lines = [{"id": 1, "path": str(page), "content_type": 7}, {"id": 2, "path": str(page)}]
    code, found = answers([tool], lines, monkeypatch, capsys)
    assert (code, [one["id"] for one in found], "content_type" in found[0]["error"]) == (2, [1, 2], True)
    assert "error" not in found[1]
