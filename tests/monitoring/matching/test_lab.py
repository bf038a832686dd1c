"""The lab's `match` and `parse-query`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from monitoring.lab import match, parse_query
from monitoring.lab.runner import answer_lines

ROOT = Path(__file__).parents[3]


def answers(tool, options, *lines):
    raw = [json.dumps(line).encode() for line in lines]
    return list(answer_lines(raw, tool.build(options), frozenset(tool.FIELDS)))


def lab(*arguments, lines):
    ran = subprocess.run(
        [sys.executable, "manage.py", "lab", *arguments],
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def test_match_answers_with_ids_and_places():
    options = {"query": "曜日 客服", "queries": None}
    assert answers(match, options, {"id": 7, "text": "客服", "title": "曜日", "lang": None, "kept": 1}) == [
        {"id": 7, "kept": 1, "matched": ["query"], "spans": {"query": [[0, 2]]}}
    ]


def test_match_refuses_a_line_without_text():
    [answer] = answers(match, {"query": "曜日", "queries": None}, {"id": 7, "title": "曜日"})
    assert "text" in answer["error"]


def test_match_refuses_to_start_without_a_usable_query(tmp_path):
    for options in ({"query": "曜日 OR", "queries": None}, {"query": None, "queries": tmp_path / "absent"}):
        with pytest.raises(CommandError) as caught:
            match.build(options)
        assert caught.value.returncode == 2


def test_a_bad_query_in_a_file_is_named_and_the_others_work(tmp_path):
    file = tmp_path / "queries.jsonl"
    file.write_text(
        '{"id": "a", "query": "曜日"}\n{"id": "b", "query": "曜日 OR"}\n{"id": "a", "query": "x"}\nnonsense\n'
    )
    code, lines, stderr = lab("match", "--queries", str(file), lines=[{"id": 1, "text": "曜日"}])
    assert code == 2
    assert lines == [{"id": 1, "matched": ["a"], "spans": {"a": [[0, 2]]}}]
    assert "line 2: query 'b', position 3: OR needs a word after it." in stderr
    assert "line 3" in stderr
    assert "line 4" in stderr


def test_parse_query_prints_the_normal_form_or_says_where_it_goes_wrong():
    assert answers(parse_query, {}, {"id": 1, "query": "曜日|月見"}, {"id": 2, "query": "曜日 |"}) == [
        {"id": 1, "ok": True, "normal": "曜日 OR 月見"},
        {"id": 2, "ok": False, "error": "| needs a word after it.", "position": 3},
    ]


def test_a_query_that_cannot_be_read_is_an_answer_and_no_failure():
    assert lab("parse-query", lines=[{"id": 1, "query": "("}])[0] == 0
    assert lab("parse-query", lines=[{"id": 1}])[0] == 2
