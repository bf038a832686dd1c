"""The handling report as paper: every section, every sentence, whatever people wrote into it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from playbooks.reports import handling as say
from playbooks.reports import pdf
from playbooks.reports.chart import Label, stacked, volume_svg
from playbooks.reports.compose import SECTIONS, document_of
from playbooks.reports.document import Notice, Words
from playbooks.reports.pdf import pdf_of
from playbooks.reports.totals import totals_of
from playbooks.reports.typeset import BREAK, breakable, printable
from playbooks.reports.wording import labels
from tests.playbooks.report_sample import at, sample_report

LANGUAGES = ["zh-hant", "zh-hans", "en"]
HOSTILE = (
    r"""#panic("x") #[a]$b$ *c* _d_ @e <f> \ ` " ' = g / + - ~ [^1] {{ h }} %(i)s {% j %} <script>alert(1)</script>"""
)
MIXED = "鲜奶喝出异物，繁體「鮮乳」與 English 混排 🥛🚨 “引號”——…"
LONG = "https://forum.example/" + "a1b2c3d4" * 40 + "?next=" + "%E9%AE%AE" * 30


def text_of(made: bytes) -> str:
    """All words of a PDF in reading order, without white space and places to break."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(made)).pages]
    return "".join("".join(pages).replace(BREAK, "").split())


def squeezed(text: str) -> str:
    return "".join(text.split())


def bare_report() -> say.HandlingReport:
    """A crisis on which nothing was recorded."""
    full = sample_report()
    return replace(
        full,
        summary=say.Summary(None, "", "", "", "", ()),
        overview=replace(full.overview, closed_at=None, first_post=None, clocks=(), team=()),
        spread=say.Spread((), timedelta(minutes=5), None, (), (), (), ()),
        facts=(),
        assessments=(),
        stakeholders=(),
        emergencies=(),
        plans=(),
        statements=(),
        tasks=(),
        effects=(),
        review=None,
        timeline=(),
        sources=(),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_stands_in_the_file_in_its_order(language: str) -> None:
    with translation.override(language):
        document = document_of(sample_report(language=language), labels())
    outline = PdfReader(BytesIO(pdf_of(document))).outline
    titles = [entry.title for entry in outline if not isinstance(entry, list)]
    assert len(titles) == len(SECTIONS) == 10
    assert all(title.endswith(section.title) for title, section in zip(titles, document.sections, strict=True))


def test_the_sentences_come_out_of_the_file_as_they_were_written() -> None:
    report = sample_report()
    text = text_of(pdf_of(document_of(report, labels())))
    written = [
        report.summary.what_happened,
        report.overview.first_post.text,  # type: ignore[union-attr]
        report.spread.top_posts[1].text,
        *(fact.text for fact in report.facts),
        report.assessments[1].strategy_reason,
        *(line for one in report.statements for line in one.text.splitlines() if line),
        report.review.cause,  # type: ignore[union-attr]
    ]
    places = [text.find(squeezed(sentence)) for sentence in written]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [HOSTILE, MIXED, LONG])
def test_what_people_wrote_stays_words(language: str, words: str) -> None:
    report = sample_report(language=language)
    report = replace(
        report,
        cover=replace(report.cover, title=words[:200], brand=words[:60]),
        summary=replace(report.summary, what_happened=words, where_it_stands=f"\x00\x1b[31m{words}\u202e"),
        facts=(say.Fact("known", words, (words,), words[:60], None),),
        tasks=(say.Task(words, words[:60], None, None),),
    )
    with translation.override(language):
        text = text_of(pdf_of(document_of(report, labels())))
    assert text.count(squeezed(words)) >= 4


def test_every_font_is_embedded() -> None:
    reader = PdfReader(BytesIO(pdf_of(document_of(sample_report(), labels()))))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert descriptors
    assert all("/FontFile2" in descriptor or "/FontFile3" in descriptor for descriptor in descriptors)
    assert {str(font["/BaseFont"]).partition("+")[2].partition("-")[0] for font in fonts} >= {
        "NotoSansTC",
        "IBMPlexSans",
    }


@pytest.mark.parametrize("is_drill", [True, False])
def test_a_drill_is_marked_on_every_page_and_nothing_else_is(is_drill: bool) -> None:
    document = document_of(sample_report(is_drill=is_drill), labels())
    for page in PdfReader(BytesIO(pdf_of(document))).pages:
        assert (labels()["drill"] in page.extract_text()) == is_drill


def test_an_address_that_is_no_web_address_is_not_a_link() -> None:
    report = sample_report()
    post = replace(report.spread.media[0], url="javascript:alert(1)")
    made = pdf_of(document_of(replace(report, spread=replace(report.spread, media=(post,))), labels()))
    assert b"javascript" not in made


def test_what_was_not_recorded_is_said_in_words() -> None:
    document = document_of(bare_report(), labels())
    for section in document.sections:
        assert any(isinstance(block, Notice) and block.missing for block in section.blocks), section.code
    text = text_of(pdf_of(document))
    assert squeezed(labels()["no-review"]) in text
    assert squeezed(labels()["still-open"]) in text


def test_several_reports_are_set_at_once() -> None:
    document = document_of(sample_report(), labels())
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(pdf_of, [document] * 8))
    assert len(set(made)) == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; sys.exit('no such font')", "no such font"),
        ("print('no paper')", "exit 0"),
        ("import time; time.sleep(30)", "> 1 s"),
    ],
)
def test_a_press_that_fails_says_why(script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    press = tmp_path / "press.py"
    press.write_text(script)
    monkeypatch.setattr(pdf, "PRESS", press)
    monkeypatch.setattr(pdf, "LONGEST", 1)
    with pytest.raises(pdf.ReportError, match=said):
        pdf_of(document_of(sample_report(), labels()))


# --- the chart and its figures


def test_the_table_holds_the_figures_of_the_chart() -> None:
    buckets = sample_report().spread.buckets
    by_day, rows = totals_of(buckets)
    assert not by_day
    assert sum(row.total for row in rows) == sum(bucket.total for bucket in buckets)
    assert sum(row.neg for row in rows) == sum(bucket.neg for bucket in buckets)


def test_a_long_crisis_is_told_by_days() -> None:
    buckets = [say.Bucket(at("00:00") + hour * timedelta(hours=1), 1, 2, 3) for hour in range(72)]
    by_day, rows = totals_of(buckets)
    assert by_day
    assert [(row.neg, row.neu, row.pos) for row in rows] == [(24, 48, 72)] * 3


def test_the_chart_is_well_formed_whatever_a_mark_says() -> None:
    report = sample_report()
    marks = (say.Mark(at("10:00"), HOSTILE, "tier"), say.Mark(at("10:05"), MIXED, "action"))
    svg = volume_svg(report.spread.buckets, marks, usual=3.0, words=Words(labels()))
    words = [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert HOSTILE in words
    assert MIXED in words


def test_without_a_post_there_is_no_chart() -> None:
    assert volume_svg((), (), usual=None, words=Words(labels())) == ""


@given(st.lists(st.floats(0, 470), max_size=8).map(sorted))
def test_labels_of_the_chart_keep_clear_of_each_other(places: list[float]) -> None:
    labels_ = stacked([Label(x, x, x + 90, 0, "08:42 最早") for x in places])
    for one in labels_:
        for other in labels_:
            if one is not other and one.row == other.row:
                assert one.right <= other.left or other.right <= one.left


# --- words that are set


@settings(max_examples=200)
@given(st.text())
def test_what_is_set_holds_no_control_character(text: str) -> None:
    shown = printable(text)
    assert all(letter == "\n" or letter >= " " for letter in shown)
    assert not set("\u202e\u2066\ufeff\x7f\x85") & set(shown)


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=200))
def test_breaking_a_long_word_changes_no_letter(word: str) -> None:
    assert breakable(word).replace(BREAK, "") == word
    assert all(len(part) <= 48 for part in breakable(word).split(BREAK))


def test_spans_of_time_and_dates_are_worded() -> None:
    with translation.override("en"):
        words = Words(labels())
    assert words.length(timedelta(hours=4, minutes=13)) == "4 h 13 min"
    assert words.full(at("08:42")) == "2026-11-20 08:42"
    assert words.moment(None) == "—"
