"""The drill of food safety as three people live through it, at four times its pace."""

import re

from playwright.sync_api import Browser, expect

from tests.instance import Instance
from tests.story.beginning import claims_by_key, invites, notices, opens_a_crisis, sets_up, starts_the_drill
from tests.story.closing import (
    adds_a_corrective_action,
    closes_the_crisis,
    downloads_the_report,
    ends_the_drill,
    finds_among_what_was_captured,
    finishes_the_action,
    keeps_the_promise,
    publishes,
    removes_the_drill,
    reviews,
    turns_it_into_a_keyword,
)
from tests.story.finding_out import asks_a_question, assesses, finds_the_answer, looks_after, sees_it_turn_red
from tests.story.person import PATIENCE, Person
from tests.story.planning import (
    approves_the_plan,
    drafts_the_plan,
    promises,
    sends_the_plan_back,
    submits_the_plan,
    writes_the_next_version,
    writes_the_statement,
)
from tests.story.stopping import (
    approves_the_measure,
    authorises_a_holding_text,
    carries_out_the_measure,
    gives_a_seat,
    goes_on_to,
    proposes_a_measure,
    releases_the_holding_statement,
    submits_the_holding_statement,
    takes_over,
)

SPEED = "4×"  # the drill's pace; its sites are visited every 5 s at any
STOP = "通路暫停販售批號 1117-B2"
QUESTION, ANSWER = "瓶底的薄片是什麼？", "薄片是充填線破損的墊圈"
HOLDING = """我們看到了鮮乳瓶底的黑色薄片。我們知道大家會擔心。

我們正在查驗留樣。原因還不知道，查明前不下結論。

家裡有同批號的請先不要喝。有相同情況，請告訴我們：客服專線 0800-000-117。

下一次更新：今天 15:00，公布在公開聲明頁。"""
FIRST_WORDS = """關於鮮乳瓶底的黑色薄片，我們查清楚了。對不起，是真的。

同批號 1117-B2 請先不要喝，請退回原購買通路。

查明的情況：我們發現薄片是充填線破損的墊圈。

這件事不該發生，我們不推託。

我們這樣補救：全額退款，負擔就醫費用。

受到影響的朋友，請讓我們找得到您：客服專線 0800-000-117。"""
BETTER_WORDS = f"{FIRST_WORDS}\n\n接下來還有要做的事。下一次更新：今天 15:00，公布在公開聲明頁。"
PROMISE, LESSON = "公布墊圈全面更換的結果", "盯住「墊圈」一詞"
SENT_BACK, ENDING = "請寫明下一次更新的時間。", "檢驗完成，回收結束，沒有新的案例。"
CAUSE = "充填線的墊圈逾期未換"


class Team:
    """淑芬, 雅婷 and 志明: 志明 on a phone."""

    def __init__(self, browser: Browser, instance: Instance) -> None:
        self.shufen = Person(browser, instance.address, "淑芬")
        sets_up(self.shufen, instance.read_setup_link(), workspace="曜日乳業")
        self.yating = invites(self.shufen, browser, "雅婷", "yating@yaori.example", "PR staff")
        self.zhiming = invites(self.shufen, browser, "志明", "zhiming@yaori.example", "Manager", phone=True)

    @property
    def complaints(self) -> list[str]:
        """What any page of theirs wrote to its console as an error."""
        return [text for person in (self.shufen, self.yating, self.zhiming) for text in person.complaints]

    def leaves(self) -> None:
        """Everybody closes the browser."""
        for person in (self.shufen, self.yating, self.zhiming):
            person.page.context.close()


def is_noticed_and_claimed(team: Team) -> str:
    """Blue appears on a board that nobody reloads; one key claims it. The address of the crisis."""
    authorises_a_holding_text(team.zhiming, HOLDING)
    team.yating.opens(team.yating.home)
    team.yating.is_live()
    starts_the_drill(team.zhiming, SPEED, colleagues=False)
    notices(team.yating)
    claims_by_key(team.yating)
    return opens_a_crisis(team.yating)


def stops_the_harm(team: Team, crisis: str) -> None:
    """Harm first: somebody leads, and goods come off the shelf after one touch on the phone."""
    yating, zhiming = team.yating, team.zhiming
    gives_a_seat(yating, crisis, zhiming, "Commander", "公關")
    gives_a_seat(yating, crisis, team.shufen, "Spokesperson", "總經理室")
    takes_over(zhiming, crisis)
    proposes_a_measure(yating, crisis, STOP)
    approves_the_measure(zhiming, crisis, STOP)
    carries_out_the_measure(yating, "三家通路 412 店已下架")


def looks_into_it(team: Team, crisis: str) -> None:
    """A question is asked and answered with what shows it, while outside it turns red."""
    asks_a_question(team.yating, crisis, QUESTION)
    finds_the_answer(team.yating, QUESTION, answer=ANSWER, source="檢驗報告 A-117", second_source="設備更換紀錄")
    sees_it_turn_red(team.yating)


def says_a_first_word(team: Team, crisis: str) -> None:
    """The text that was authorised ahead goes out with one touch, and the drill's people read it."""
    yating, zhiming = team.yating, team.zhiming
    submits_the_holding_statement(yating, crisis, HOLDING)
    releases_the_holding_statement(zhiming, crisis)
    finds_among_what_was_captured(yating, "我們看到了鮮乳瓶底的黑色薄片")


def weighs_it(team: Team, crisis: str) -> None:
    """It is true and could have been prevented; those whom it concerns are looked after."""
    yating = team.yating
    yating.opens(crisis)
    goes_on_to(yating, "Assess")
    grounds = {
        "Why this level": "有孩子就醫，全國媒體報導",
        "Evidence of the verdict": "檢驗報告 A-117 與設備更換紀錄",
        "Why this responsibility": "墊圈有更換週期，沒有照做",
        "Who is harmed": "就醫的孩子 3 名",
    }
    assesses(yating, crisis, grounds)
    looks_after(yating, crisis, "Those affected", "專人聯繫，負擔就醫費用")
    looks_after(yating, crisis, "Authorities", "主動通報衛生局並送驗留樣")
    goes_on_to(yating, "Act")


def decides_and_speaks(team: Team, crisis: str) -> None:
    """A plan comes back once, is better the second time, and its words are found where the crawler reads."""
    yating, zhiming = team.yating, team.zhiming
    drafts_the_plan(yating, crisis)
    yating.fills("What we do", "回收同批號並道歉")
    writes_the_statement(yating, FIRST_WORDS)
    promises(yating, PROMISE)
    submits_the_plan(yating, 1)
    sends_the_plan_back(zhiming, 1, SENT_BACK)
    writes_the_next_version(yating, crisis, SENT_BACK)
    writes_the_statement(yating, BETTER_WORDS)
    submits_the_plan(yating, 2)
    approves_the_plan(zhiming, 2, changed="接下來還有要做的事", reason="先止血，負起責任。")
    publishes(zhiming, crisis, "Website")
    finds_among_what_was_captured(yating, "我們查清楚了。對不起，是真的。")
    keeps_the_promise(yating, PROMISE, "https://yaori.example/notice/117")


def learns_and_closes(team: Team, crisis: str) -> None:
    """Why it happened, down to the department; what is noticed sooner next time; and the end of it."""
    yating = team.yating
    yating.opens(crisis)
    goes_on_to(yating, "Review")
    reviews(yating, crisis, cause=CAUSE, department="Production", well="半小時內下架", badly="客服一開始沒有接住")
    adds_a_corrective_action(yating, crisis, LESSON)
    turns_it_into_a_keyword(team.shufen, crisis, LESSON, "墊圈")
    finishes_the_action(yating, crisis, LESSON, "主題第 2 版")
    closes_the_crisis(team.zhiming, crisis, ENDING)


def can_be_forwarded(team: Team, crisis: str) -> None:
    """The handling report tells it in order, in Chinese that can be read."""
    text = downloads_the_report(team.zhiming, crisis)
    chapter = text[text.rindex("6.Handling") :]
    told = [STOP, PROMISE, SENT_BACK, "先止血，負起責任。", "對不起，是真的", CAUSE, LESSON]
    places = [chapter.find("".join(words.split())) for words in told]
    assert -1 not in places, dict(zip(told, places, strict=True))
    assert places == sorted(places), dict(zip(told, places, strict=True))
    for words in (ANSWER, ENDING, "專人聯繫，負擔就醫費用"):
        assert words in text


def is_over_and_gone(team: Team) -> None:
    """The drill's report sets each step against its clock; then everything goes at once, but for report and audit."""
    zhiming = team.zhiming
    ends_the_drill(zhiming)
    report = zhiming.page.get_by_role("table")
    for step in ("Alert claimed", "First reply published", "First position published"):
        expect(report.get_by_role("row", name=re.compile(step))).to_contain_text("in time")
    for step in ("Alert opened (blue)", "Alert at red"):  # late on a machine that is busy: the report says which
        expect(report.get_by_role("row", name=step)).to_contain_text(re.compile(r"in time|late"))
    for step in (
        "Crisis opened",
        "First assessment made",
        "Response plan decided",
        "Tasks done 1 of 1",
        "Crisis closed",
    ):
        expect(report.get_by_role("row", name=re.compile(step))).to_contain_text("done")
    removes_the_drill(zhiming)
    zhiming.opens(f"{zhiming.home}crises/")
    expect(zhiming.page.get_by_text("CR-0001")).to_have_count(0, timeout=PATIENCE)
    zhiming.opens(f"{zhiming.home}audit/")
    for words in ("removed all that came of drill", "closed crisis CR-0001", f"finished task {PROMISE}"):
        zhiming.sees(words)
