"""Detail pages that could not be read come again, ever more rarely, and never in the way of others."""

import datetime as dt

from monitoring.sources.items import Item
from monitoring.visiting.missed import HOPELESS, after_visit, has_hope, still_wanted

NOW = dt.datetime(2026, 3, 2, 3, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def fails(times: int) -> dict[str, list[float]]:
    """What is missed after the page at `gone` failed so often, each time when it was due."""
    missed: dict[str, list[float]] = {}
    for _ in range(times):
        missed = after_visit(missed, listed=["gone", "new"], read=[], failed=["gone"], now=NOW)
    return missed


def wanted(missed: dict[str, list[float]], now: dt.datetime, *urls: str) -> list[str]:
    return [item.url for item in still_wanted([Item(url) for url in urls], missed, now)]


def test_what_was_never_asked_for_comes_before_what_failed() -> None:
    assert wanted(fails(1), NOW + 2 * MINUTE, "gone", "new") == ["new", "gone"]


def test_a_page_that_failed_waits_one_two_four_minutes() -> None:
    for times, minutes in ((1, 1), (2, 2), (3, 4), (4, 8)):
        assert wanted(fails(times), NOW + minutes * MINUTE - dt.timedelta(seconds=1), "gone") == []
        assert wanted(fails(times), NOW + minutes * MINUTE, "gone") == ["gone"]


def test_no_page_waits_longer_than_a_day() -> None:
    assert wanted(fails(40), NOW + dt.timedelta(days=1), "gone") == ["gone"]


def test_a_page_that_was_read_is_missed_no_more() -> None:
    assert after_visit(fails(3), listed=["gone"], read=["gone"], failed=[], now=NOW) == {}


def test_what_is_no_longer_listed_is_forgotten_but_not_while_the_list_says_unchanged() -> None:
    assert after_visit(fails(3), listed=["new"], read=["new"], failed=[], now=NOW) == {}
    assert after_visit(fails(3), listed=[], read=[], failed=[], now=NOW) == fails(3)


def test_a_list_is_read_again_while_a_page_of_it_may_still_come() -> None:
    assert has_hope(fails(1))
    assert has_hope(fails(HOPELESS - 1))
    assert not has_hope(fails(HOPELESS))
    assert not has_hope({})
