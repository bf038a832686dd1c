"""Drafts: each one carries what its verdict asks for, in every language and on every channel."""

import itertools
import tomllib

import pytest

from playbooks.channels import TRAITS, Channel, Language, Manner
from playbooks.drafts import FOLDER, blanks_of, draft, holding_draft
from playbooks.phrases import blank_labels, open_blank
from playbooks.statements import Element, RemarkKind, check, has_open_blank
from playbooks.strategy import Verdict

FILLED = {
    Language.ZH_HANT: {
        "brand": "曜日乳業",
        "what": "鮮乳瓶底有黑色薄片的影片",
        "doing": "聯絡拍影片的消費者，並把同批留樣送第三方檢驗",
        "advice": "手上有批號 1117-B2 的鮮乳，請先不要飲用",
        "contact": "客服專線 0800-123-456",
        "next_update": "今天 13:30",
        "findings": "薄片是 2 號產線墊片的碎屑",
        "remedy": "憑瓶身照片退款，就醫費用由我們負擔",
        "claim": "我們全面下架了鮮乳",
        "facts": "只有批號 1117-B2 暫停販售",
        "evidence": "出貨紀錄與四家通路的回覆",
        "rumour": "我們把過期鮮乳改標再賣",
        "lawful_route": "向警方報案，並向平台檢舉",
    },
    Language.ZH_HANS: {
        "brand": "曜日乳业",
        "what": "鲜奶瓶底有黑色薄片的视频",
        "doing": "联系拍视频的消费者，并把同批留样送第三方检测",
        "advice": "手里有批号 1117-B2 的鲜奶，请先不要饮用",
        "contact": "客服热线 400-123-4567",
        "next_update": "今天 13:30",
        "findings": "薄片是 2 号产线垫片的碎屑",
        "remedy": "凭瓶身照片退款，就医费用由我们承担",
        "claim": "我们全面下架了鲜奶",
        "facts": "只有批号 1117-B2 暂停销售",
        "evidence": "出货记录和四家渠道的回复",
        "rumour": "我们把过期鲜奶改标再卖",
        "lawful_route": "向公安机关报案，并向平台举报",
    },
    Language.EN: {
        "brand": "Yaori Dairy",
        "what": "the video of a black flake in a milk bottle",
        "doing": "contacting the person who filmed it and having kept samples of the batch tested",
        "advice": "If you have milk of batch 1117-B2, please do not drink it for now",
        "contact": "call 0800-123-456",
        "next_update": "1:30 pm today",
        "findings": "the flake came from a worn seal on line 2",
        "remedy": "a refund for a photo of the bottle, and we pay medical bills",
        "claim": "we have taken all our milk off the shelves",
        "facts": "only batch 1117-B2 is on hold",
        "evidence": "delivery records and the answers of four shops",
        "rumour": "we relabel milk that is past its date",
        "lawful_route": "gone to the police and reported it to the platform",
    },
}
ALL = list(itertools.product(Verdict, Channel, Language))


def words_of(verdict, channel, language):
    return draft(verdict, channel, language, FILLED[language])


@pytest.mark.parametrize(("verdict", "channel", "language"), ALL)
def test_a_filled_draft_passes_the_check_of_its_verdict(verdict, channel, language):
    written = words_of(verdict, channel, language)
    checks = check(written.text, verdict, channel, next_update_given=True)
    assert written.open_blanks == ()
    assert not has_open_blank(written.text)
    assert checks.missing == ()
    assert checks.remarks == ()


@pytest.mark.parametrize(("verdict", "channel", "language"), ALL)
def test_an_unfilled_blank_stays_visible_and_is_an_error(verdict, channel, language):
    for name in blanks_of(verdict, channel, language):
        written = draft(verdict, channel, language, {**FILLED[language], name: " "})
        assert written.open_blanks == (name,)
        assert open_blank(language, name) in written.text
        assert has_open_blank(written.text)
        errors = check(written.text, verdict, channel, next_update_given=True).errors
        assert {error.kind for error in errors} == {RemarkKind.OPEN_BLANK}
        assert {error.text for error in errors} == {open_blank(language, name)}


@pytest.mark.parametrize(("verdict", "language"), itertools.product(Verdict, Language))
def test_contact_and_next_update_are_missed_while_their_blanks_are_open(verdict, language):
    for name, element in (("contact", Element.CONTACT), ("next_update", Element.NEXT_UPDATE)):
        text = draft(verdict, Channel.FACEBOOK, language, {**FILLED[language], name: ""}).text
        assert check(text, verdict, Channel.FACEBOOK, next_update_given=True).missing == (element,)


@pytest.mark.parametrize(("channel", "language"), itertools.product(Channel, Language))
def test_a_holding_statement_admits_nothing_and_denies_nothing(channel, language):
    written = holding_draft(language, FILLED[language])
    checks = check(written.text, Verdict.PENDING, channel, next_update_given=True)
    assert (written.open_blanks, checks.missing, checks.remarks) == ((), (), ())


@pytest.mark.parametrize("language", Language)
def test_each_language_has_every_draft_and_names_every_blank(language):
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    assert set(texts) == {"holding", *Verdict}
    assert all(set(texts[verdict]) == set(Manner) for verdict in Verdict)
    assert set(blank_labels()[language]) == set(FILLED[language])


@pytest.mark.parametrize("verdict", Verdict)
def test_the_blanks_of_a_draft_are_the_same_in_all_languages(verdict):
    for channel in Channel:
        kinds = {frozenset(blanks_of(verdict, channel, language)) for language in Language}
        assert len(kinds) == 1


def test_channels_of_one_manner_share_their_drafts():
    assert TRAITS[Channel.FACEBOOK].manner is TRAITS[Channel.WEIBO].manner
    facebook, weibo = (
        words_of(Verdict.TRUE, channel, Language.ZH_HANS) for channel in (Channel.FACEBOOK, Channel.WEIBO)
    )
    assert facebook == weibo


def test_what_people_should_do_comes_before_what_we_say_of_ourselves():
    for language in Language:
        text = words_of(Verdict.TRUE, Channel.SITE, language).text
        assert text.index(FILLED[language]["advice"]) < text.index(FILLED[language]["findings"])
