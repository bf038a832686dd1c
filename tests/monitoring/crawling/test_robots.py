"""robots.txt, as RFC 9309 says."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.robots import LARGEST, RobotsFile, Rules, parse_robots, read_robots

RFC_EXAMPLE = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "resource", "allowed"),
    [
        ("anybot", "/a.gif", False),
        ("anybot", "/a.gif?x", True),
        ("anybot", "/example/", False),
        ("anybot", "/publications/a", True),
        ("foobot", "/publications/a", False),
        ("foobot", "/example/page.html", True),
        ("FooBot", "/example/allowed.gif", True),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("bazbot", "/example/other.html", True),
        ("quxbot", "/example/", True),
        ("foobot", "/robots.txt", True),
    ],
)
def test_the_example_of_the_rfc(agent: str, resource: str, allowed: bool) -> None:
    assert parse_robots(RFC_EXAMPLE, agent).allows(resource) is allowed


@pytest.mark.parametrize(
    ("pattern", "resource", "closed"),
    [
        ("/", "/", True),
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish.asp", False),
        ("/fish/", "/fish", False),
        ("/fish*", "/fishheads/yummy.html", True),
        ("/*.php", "/folder/any.php.file.html", True),
        ("/*.php$", "/filename.php", True),
        ("/*.php$", "/filename.php?p", False),
        ("/*.php$", "/.php", True),
        ("/fish*.php", "/fishheads/catfish.php?p", True),
        ("/fish$", "/fish", True),
        ("/fish$", "/fishes", False),
        ("/a*b*c$", "/abbc", True),
        ("/a*b*bc$", "/abc", False),
        ("*", "/anything", True),
        ("$", "/", False),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("/搜尋", "/%E6%90%9C%E5%B0%8B?q=1", True),
        ("/%e6%90%9c", "/%E6%90%9C", True),
        ("/%7Eme", "/~me", True),
        ("/a%2Fb", "/a/b", False),
        ("/?q=", "/?q=1", True),
        ("", "/", False),
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", True),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", True),
        ("/foo/bar?baz=https%3a%2f%2ffoo.bar", "/foo/bar?baz=https://foo.bar", True),
        ("/foo/bar/\u30c4", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", True),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-star.html", False),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/path/foo-%24", "/path/foo-dollar", False),
        ("/a$b", "/a$b", True),
        ("/a$b", "/a", False),
        ("/a*c", "/a%2Ac", True),
        ("/*?", "/x?y", True),
        ("/*?", "/x", False),
        ("/*/private/", "/a/b/private/c", True),
        ("**", "/x", True),
        ("/a**b$", "/a-b", True),
        ("/a*$", "/abc", True),
        ("*.pdf$", "/doc.pdf", True),
        ("*.pdf$", "/doc.pdf.html", False),
        ("private", "/private", False),
        ("/a b", "/a%20b", True),
        ("/a+b", "/a+b", True),
        ("/A", "/a", False),
        ("/;x", "/;x=1", True),
        ("/a#b", "/a", True),
    ],
)
def test_patterns(pattern: str, resource: str, closed: bool) -> None:
    assert parse_robots(f"User-agent: *\nDisallow: {pattern}", "Sentinel").allows(resource) is not closed


def test_the_longest_pattern_decides_and_allow_wins_a_tie() -> None:
    text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /same\nDisallow: /same"
    rules = parse_robots(text, "Sentinel")
    assert [rules.allows(path) for path in ("/a", "/a/b", "/a/b/c", "/same")] == [False, True, False, True]


def test_groups_that_name_us_are_one_and_put_the_others_aside() -> None:
    text = "User-agent: sentinel\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n\nUser-Agent: Sentinel/0.1\nDisallow: /b"
    rules = parse_robots(text, "Sentinel")
    assert [rules.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_what_the_rfc_does_not_define_tears_no_group_apart() -> None:
    text = "User-agent: other\nCrawl-delay: 5\nSitemap: https://x/s.xml\nUser-agent: sentinel\nDisallow: /a"
    assert not parse_robots(text, "Sentinel").allows("/a")
    assert not parse_robots(text, "other").allows("/a")


def test_a_group_of_ours_without_rules_puts_those_for_everybody_aside() -> None:
    text = "User-agent: *\nDisallow: /\nCrawl-delay: 9\n\nUser-agent: Sentinel"
    assert parse_robots(text, "Sentinel") == Rules()


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        ("User-agent: *", True),
        ("User-agent: * # everybody", True),
        ("user-agent:*", True),
        ("User-agent: *bot", False),
        ("User-agent: SENTINEL", True),
        ("User-agent: sentinel/2.0 (x)", True),
        ("User-agent: Sentinel-News", False),
        ("User-agent: my sentinel", False),
        ("User-agent:", False),
        ("User agent: *", False),
        ("Useragent: *", False),
    ],
)
def test_whom_a_group_names(line: str, closed: bool) -> None:
    assert parse_robots(f"{line}\nDisallow: /", "Sentinel").allows("/a") is not closed


def test_half_a_mebibyte_is_read_and_no_more() -> None:
    filler = "# " + "x" * 998 + "\n"
    within = "User-agent: *\n" + filler * 511 + "Disallow: /a\n"
    beyond = "User-agent: *\n" + filler * 600 + "Disallow: /a\n"
    assert len(within) > 500 * 1024 - 2000
    assert not parse_robots(within, "Sentinel").allows("/a")
    assert parse_robots(beyond, "Sentinel").allows("/a")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_rule_that_is_cut_in_its_middle_is_no_rule(end: str) -> None:
    rules = f"User-agent: *{end}Disallow: /{end}"
    filler = "#" + "x" * (LARGEST - len(rules) - len(end) - len("#Allow: /"))
    assert not parse_robots(f"{rules}{filler}{end}Allow: /open/to/all{end}", "Sentinel").allows("/shut")


def test_the_line_that_decides_can_be_shown() -> None:
    rules = parse_robots("User-agent: *\nDisallow: /a\nAllow: /a/b", "Sentinel")
    assert [rules.deciding(path) for path in ("/a", "/a/b/c", "/c")] == [("/a", False), ("/a/b", True), None]


def test_a_name_that_only_begins_like_ours_is_another_crawler() -> None:
    assert parse_robots("User-agent: sentinelbot\nDisallow: /", "Sentinel").allows("/a")
    assert parse_robots("User-agent: sent\nDisallow: /", "Sentinel").allows("/a")


def test_comments_line_ends_case_and_a_byte_order_mark_do_not_matter() -> None:
    text = "\ufeff# hello\rUSER-AGENT : * # all\r\nSitemap: https://x/y\r\nDISALLOW : /a # not this\n\n\nDisallow: /b"
    rules = parse_robots(text, "Sentinel")
    assert [rules.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_rules_outside_a_group_and_lines_that_are_none_say_nothing() -> None:
    assert parse_robots("Disallow: /\nhello\n<html>: x", "Sentinel") == Rules()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        ("1.5", 1.5),
        ("9999", 60),
        ("-1", 0),
        ("nan", 0),
        ("1e9", 0),
        ("soon", 0),
        ("", 0),
        (".5", 0.5),
        ("60", 60),
        ("10 # s", 10),
        ("10s", 10),
        ("2.", 2),
        ("2,5 sec", 2.5),
        ("5 minutes", 0),
    ],
)
def test_crawl_delay_is_honoured_up_to_a_minute(value: str, seconds: float) -> None:
    assert parse_robots(f"User-agent: *\nCrawl-delay: {value}", "Sentinel").delay == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_a_file_has_no_rules(status: int) -> None:
    assert read_robots(RobotsFile(status, "User-agent: *\nDisallow: /"), "Sentinel").allows("/a")


@given(st.text(), st.text(max_size=60))
def test_any_text_is_read(text: str, resource: str) -> None:
    assert parse_robots(text, "Sentinel").allows(f"/{resource}") in (True, False)


def test_a_hostile_file_is_read_in_no_time() -> None:
    stars = "User-agent: *\n" + "Disallow: /" + "a*" * 2000 + "b\n" + "Disallow: /*x*y*z$\n" * 20_000
    began = time.process_time()
    assert parse_robots(stars, "Sentinel").allows("/" + "a" * 4000)
    assert time.process_time() - began < 2
