"""Many feeds at once: the starter pack, and OPML lists in and out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.detecting.feeds import NamedFeed, NotAnOpmlList, read_opml, starter_pack, write_opml
from monitoring.models import CHANNELS
from monitoring.sources import feed

OPML = """<?xml version="1.0"?><opml version="1.0"><head><title>訂閱</title></head><body>
<outline text="新聞"><outline text="中央社" type="rss" xmlUrl="https://a.example/rss" htmlUrl="https://a.example"/>
<outline title="深層"><outline text="公視" xmlURL="https://b.example/feed.xml"/></outline></outline>
<outline text="重複" xmlUrl="https://a.example/rss"/><outline text="沒有位址"/><outline xmlUrl="javascript:alert(1)"/>
<outline xmlUrl="https://c.example/atom"/></body></opml>"""


def test_the_starter_pack_holds_feeds_that_could_be_read() -> None:
    pack = starter_pack()
    assert {one.group for one in pack} == {"tw", "cn", "hk"}
    assert len({one.url for one in pack}) == len({one.name for one in pack}) == len(pack) >= 40
    for one in pack:
        assert feed.validate({"url": one.url})["url"] == one.url
        assert one.channel in CHANNELS


def test_a_list_is_read_with_its_folders_and_nothing_twice() -> None:
    assert read_opml(OPML.encode()) == [
        NamedFeed("中央社", "https://a.example/rss", "新聞"),
        NamedFeed("公視", "https://b.example/feed.xml", "深層"),
        NamedFeed("c.example", "https://c.example/atom", ""),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"<rss><channel/></rss>", "malformed"),
        (b"\xff\xfe\x00", "malformed"),
        (b"<opml><body><outline text='x'/></body></opml>", "no-feeds"),
        (b"<opml>" + b" " * 2_100_000, "too-large"),
    ],
)
def test_what_is_no_list_is_told_apart(body: bytes, code: str) -> None:
    with pytest.raises(NotAnOpmlList, match=code):
        read_opml(body)


def test_a_list_reads_no_file_of_ours() -> None:
    hostile = b"""<!DOCTYPE opml [<!ENTITY secret SYSTEM "file:///etc/passwd">]><opml><body>
    <outline text="&secret;" xmlUrl="https://a.example/rss"/></body></opml>"""
    assert all("root:" not in one.name for one in read_opml(hostile))


_WORDS = st.text(alphabet="曜日乳業<&\"' x", min_size=1, max_size=6).filter(str.strip)
_FEEDS = st.builds(NamedFeed, _WORDS, st.integers(0, 99).map("https://a.example/{}".format), _WORDS)


@given(st.lists(_FEEDS, min_size=1, max_size=4, unique_by=lambda one: one.url))
def test_what_is_written_is_read_again(feeds: list[NamedFeed]) -> None:
    again = read_opml(write_opml("曜日乳業", feeds))
    assert {(one.name.strip(), one.url, one.group.strip()) for one in again} == {
        (one.name.strip(), one.url, one.group.strip()) for one in feeds
    }


def test_attributes_without_end_cost_no_time() -> None:
    attributes = "".join(f'a{n}="b" ' for n in range(100_000))
    list_of_one = f'<opml><body><outline {attributes} Title="x" xmlURL="http://n.example/rss"/></body></opml>'
    began = time.process_time()
    assert [feed.url for feed in read_opml(list_of_one.encode())] == ["http://n.example/rss"]
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "body",
    [
        '\ufeff\n<?xml version="1.0"?><opml><body><outline text="新闻 & 评论" xmlUrl="https://a.example/f?x=1&y=2"/>'.encode(),
        '<?xml version="1.0" encoding="utf-8"?><opml version="1.0"><body><outline title="新闻&nbsp;&amp; 评论" '
        'xmlUrl="https://a.example/f?x=1&amp;y=2"/></body></opml>',
        '<?xml version="1.0" encoding="gb2312"?><opml><body><outline text="新闻 &amp;amp; 评论" '
        'XMLURL="https://a.example/f?x=1&amp;y=2"/></body></opml>',
    ],
)
def test_a_list_with_bare_ampersands_or_of_another_charset_is_read_whole(body: bytes | str) -> None:
    (one,) = read_opml(body if isinstance(body, bytes) else body.encode("gbk"))
    assert (" ".join(one.name.split()), one.url) == ("新闻 & 评论", "https://a.example/f?x=1&y=2")
