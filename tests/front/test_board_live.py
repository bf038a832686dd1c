"""The board while things happen: the pill, figures in place, keys, silence, reconnecting."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from alerts.board import AlertRow
from tests.front.browser import Shown, rendered
from tests.front.samples import sample_board, sample_detail, sample_queue, sample_row, sample_rows

pytestmark = pytest.mark.browser

BOARD = "alerts/board.html"


@dataclass
class Server:
    """What the server would answer just now."""

    rows: list[AlertRow] = field(default_factory=sample_rows)
    missed: dict[str, Any] = field(default_factory=lambda: {"events": [], "seq": 41, "reset": False})

    def row(self, id: int) -> AlertRow:
        return next(row for row in self.rows if row.id == id)

    def claim(self, id: int) -> None:
        self.rows = [
            replace(row, state="claimed", claimed_by_initial="雅", claimed_by_name="林雅婷", claimed_by_me=True)
            if row.id == id
            else row
            for row in self.rows
        ]

    def answers(self, shown: Callable[[], Shown]) -> dict[str, Callable[[], str]]:
        def asked() -> int:
            return int(shown().requested[-1].split("/")[-3])

        def preview() -> str:
            return rendered(f"{BOARD}#preview", {"detail": sample_detail(self.row(asked()))}, language="en")

        def claim() -> str:
            self.claim(asked())
            return preview()

        return {
            "page": lambda: rendered(BOARD, {"board": sample_board(self.rows)}, language="en"),
            "board-queue": lambda: rendered(
                f"{BOARD}#queue", {"board": {"queue": sample_queue(self.rows)}}, language="en"
            ),
            "board-summary": lambda: rendered(f"{BOARD}#summary", {"board": sample_board(self.rows)}, language="en"),
            "alert-preview": preview,
            "alert-claim": claim,
            "live-missed": lambda: json.dumps(self.missed),
        }


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def board(browser: Browser, server: Server) -> Iterator[Shown]:
    with Shown(browser, server.answers(lambda: shown), width=1440, height=900) as shown:
        expect(shown.page.locator("[data-live]")).to_have_attribute("data-state", "live")
        yield shown
        assert shown.complaints == []


def opened(seq: int, id: int, tier: int, unclaimed: int = 4) -> dict[str, Any]:
    counts = {"unclaimed": unclaimed, "unclaimed_red": 1}
    return {"type": "event", "seq": seq, "kind": "alert.opened", "id": id, "tier": tier, "counts": counts}


def test_a_new_alert_waits_behind_the_pill_until_n_is_pressed(board: Shown, server: Server) -> None:
    server.rows.insert(0, sample_row(60, 2, "新的預警", due=1700))
    board.say(**opened(42, 60, 2))
    pill = board.page.locator("[data-show-new]")
    expect(pill).to_be_visible()
    expect(pill).to_contain_text("1 new alert")
    expect(board.page.locator("#alert-60")).to_have_count(0)
    board.page.keyboard.press("n")
    expect(board.page.locator("#alert-60 .alert-title")).to_be_focused()
    expect(pill).to_be_hidden()
    expect(board.page.locator("#alert-60")).to_have_class("alert-row is-new")


def test_the_title_the_navigation_and_the_reader_are_told(board: Shown, server: Server) -> None:
    server.rows.insert(0, sample_row(60, 1, "新的預警", due=1700))
    board.say(**opened(42, 60, 1))
    expect(board.page).to_have_title("(4) Live alerts — Sentinel")
    expect(board.page.locator(".nav [data-count=board] b")).to_have_text("4")
    expect(board.page.locator("[role=alert][data-announce]")).to_have_text("New alert: Red · Critical")
    expect(board.page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/png"))


def test_figures_change_in_place_and_focus_stays(board: Shown, server: Server) -> None:
    board.page.locator("#alert-44 .alert-title").focus()
    server.rows = [replace(row, volume_1h=9999) if row.id == 44 else row for row in server.rows]
    board.page.evaluate("document.getElementById('alert-44').marked = true")
    board.say(type="event", seq=42, kind="monitoring.measured", id=None, tier=None, counts={})
    expect(board.page.locator("#alert-44 .cell-volume")).to_contain_text("9,999")
    expect(board.page.locator("#alert-44 .alert-title")).to_be_focused()
    assert board.page.evaluate("document.getElementById('alert-44').marked")


def test_j_and_k_walk_the_queue_and_a_claims(board: Shown, server: Server) -> None:
    board.page.keyboard.press("j")
    expect(board.page.locator("#preview-title")).to_have_text("前員工爆料改標有效期限")
    board.page.keyboard.press("a")
    expect(board.page.locator("#group-claimed #alert-44.is-selected")).to_be_visible()
    expect(board.page.locator("#preview form[data-act=claim]")).to_have_count(0)
    assert [one for one in board.requested if one.startswith("POST")] == ["POST /w/yaori/44/alert-claim/"]
    board.page.keyboard.press("k")
    expect(board.page.locator("#preview-title")).to_have_text("「鮮乳喝出異物」影片跨平台擴散")


def test_c_asks_how_it_ended_before_it_closes(board: Shown) -> None:
    board.page.keyboard.press("c")
    expect(board.page.locator("#close-dialog")).to_be_visible()
    assert not any(one.startswith("POST") for one in board.requested)


@pytest.mark.parametrize("blocker", ["input", "modifier", "composition", "switched off"])
def test_single_letters_do_nothing_where_a_person_types(board: Shown, blocker: str) -> None:
    page = board.page
    if blocker == "input":
        page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'typing'}))")
        page.locator("#typing").focus()
        page.keyboard.press("c")
    elif blocker == "modifier":
        page.keyboard.press("Alt+c")
    elif blocker == "composition":
        page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', isComposing: true}))")
    else:
        page.evaluate("document.body.dataset.keys = 'off'")
        page.keyboard.press("c")
    expect(page.locator("#close-dialog")).to_be_hidden()


def test_a_gap_is_fetched_by_number(board: Shown, server: Server) -> None:
    server.rows.insert(0, sample_row(60, 2, "新的預警", due=1700))
    event = opened(42, 60, 2)
    server.missed = {"events": [event, opened(43, 60, 2)], "seq": 43, "reset": False}
    board.say(**opened(43, 60, 2))
    expect(board.page.locator("[data-show-new]")).to_be_visible()
    assert "GET /w/yaori/live-missed/" in board.requested


def test_what_was_missed_arrives_after_reconnecting(board: Shown, server: Server) -> None:
    server.rows.insert(0, sample_row(60, 2, "新的預警", due=1700))
    server.missed = {"events": [opened(42, 60, 2)], "seq": 42, "reset": False}
    board.next_seq = 42
    board.sockets[-1].close()
    expect(board.page.locator("[data-show-new]")).to_be_visible()
    assert len(board.sockets) == 2


def test_silence_of_45_seconds_makes_the_page_stale_and_a_word_makes_it_live(browser: Browser, server: Server) -> None:
    with Shown(browser, server.answers(lambda: shown), width=1440, height=900, fake_clock=True) as shown:
        expect(shown.page.locator("[data-live]")).to_have_attribute("data-state", "live")
        shown.silent = True
        shown.page.clock.run_for(46_000)
        expect(shown.page.locator("[data-stale]")).to_contain_text("Data stopped at")
        shown.silent = False
        shown.page.clock.run_for(3_000)
        expect(shown.page.locator("[data-stale]")).to_be_hidden()


def seconds_on(clock: Locator) -> int:
    minutes, seconds = clock.inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def test_a_clock_counts_down_and_says_how_late_it_is(browser: Browser, server: Server) -> None:
    with Shown(browser, server.answers(lambda: shown), width=1440, height=900, fake_clock=True) as shown:
        clock = shown.page.locator("#alert-42 .clock-time")
        expect(clock).to_have_text(re.compile(r"^[23]:\d\d$"))  # 3:12 when the page was written
        before = seconds_on(clock)
        shown.page.clock.run_for(40_000)
        assert before <= 3 * 60 + 12
        assert before - 70 < seconds_on(clock) <= before - 40
        expect(shown.page.locator("#alert-43 .clock-time")).to_have_text("4 min late")


def test_on_a_phone_a_row_opens_as_a_sheet_and_back_closes_it(browser: Browser, server: Server) -> None:
    with Shown(browser, server.answers(lambda: shown), width=390, height=844) as shown:
        pane = shown.page.locator("#preview")
        expect(pane).to_be_hidden()
        shown.page.locator("#alert-44 .alert-title").click()
        expect(pane).to_be_visible()
        shown.page.go_back()
        expect(pane).to_be_hidden()
        shown.page.locator("#alert-44 form[data-act=claim] button").click()
        expect(shown.page.locator("#group-claimed #alert-44")).to_be_visible()
