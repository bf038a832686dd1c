"""A handling report with something in every place, as a crisis of 曜日乳業 that nobody lived through."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playbooks.reports import handling as say

TAIPEI = ZoneInfo("Asia/Taipei")
DAY = datetime(2026, 11, 20, tzinfo=TAIPEI)


def at(clock: str, days: int = 0) -> datetime:
    """That clock time, some days after the first."""
    hour, minute = map(int, clock.split(":"))
    return DAY + timedelta(days=days, hours=hour, minutes=minute)


RED, ORANGE = say.Level(1, "紅色 · 特別重大"), say.Level(2, "橙色 · 重大")
HASH = "9f2c4be1d07a6655e0c1a4b7f3d2986e5ac04d13bb78f1e29ac3d5570f6e81b4"


def _buckets() -> tuple[say.Bucket, ...]:
    counts = [
        3,
        4,
        2,
        5,
        4,
        6,
        9,
        14,
        22,
        35,
        58,
        84,
        121,
        140,
        133,
        118,
        96,
        88,
        70,
        61,
        52,
        40,
        33,
        28,
        21,
        17,
        12,
        9,
    ]
    made = []
    for index, total in enumerate(counts):
        negative = total * 7 // 10 if index > 5 else total // 4
        made.append(
            say.Bucket(
                at("06:00") + index * timedelta(minutes=30), negative, total - negative - total // 20, total // 20
            )
        )
    return tuple(made)


def _overview() -> say.Overview:
    return say.Overview(
        opened_at=at("11:26"),
        opened_by="林雅婷",
        origin="由預警 AL-1042 轉入",
        closed_at=at("17:30", 3),
        closed_by="王志明",
        close_note="第三方檢驗結果公布，聲量回到平日上限以下連續 48 小時。",
        first_post=say.FirstPost(
            source="島嶼論壇 · 食品安全板",
            author="用戶 7F3A",
            text="剛打開的鮮乳喝到黑色薄片，批號 1117-B2，有拍影片，請問可以找誰？",
            url="https://forum.example/thread-20481-1-1.html",
            published_at=at("08:42"),
            captured_at=at("08:49"),
            sha256=HASH,
        ),
        clocks=(
            say.Clock("claim", at("11:13"), at("11:18"), at("11:16")),
            say.Clock("reply", at("11:13"), at("11:43"), at("11:40")),
            say.Clock("position", at("08:42"), at("12:42"), at("12:55")),
        ),
        team=(
            say.Member("王志明", "指揮官", "核定方案與聲明；快速核定人"),
            say.Member("高子晴", "發言人", "對外發言、媒體詢問單"),
            say.Member("林雅婷", "公關", "研判、擬稿、聲明頁"),
            say.Member("周明哲", "品保", "批次紀錄、留樣送驗"),
        ),
    )


def _spread() -> say.Spread:
    return say.Spread(
        buckets=_buckets(),
        step=timedelta(minutes=30),
        usual=18.0,
        marks=(
            say.Mark(at("08:42"), "08:42 最早採集到", "earliest"),
            say.Mark(at("11:05"), "11:05 首家媒體轉載", "tier"),
            say.Mark(at("11:13"), "11:13 轉紅", "tier"),
            say.Mark(at("11:40"), "11:40 先期聲明", "action"),
            say.Mark(at("11:46"), "11:46 通路暫停販售", "action"),
            say.Mark(at("12:55"), "12:55 正式聲明", "action"),
        ),
        channels=(
            say.Channel("島嶼論壇", "論壇", 612, 433),
            say.Channel("微言", "微博類社群", 468, 322),
            say.Channel("島嶼新聞網", "新聞", 141, 83),
            say.Channel("PTT Food", "論壇", 64, 50),
        ),
        media=(
            say.PostLine(
                at("11:05"), "島嶼新聞網", "", "網友指鮮乳喝出異物 業者：已啟動調查", "https://news.example/a/8841"
            ),
            say.PostLine(at("12:20"), "早報", "", "衛生局派員稽查乳品廠", "https://daily.example/2026/1120/3"),
        ),
        top_posts=(
            say.PostLine(
                at("09:31"),
                "微言",
                "用戶 C01D",
                "//@用戶 7F3A：影片 0:21 看得到批號，大家先別喝",
                "",
                "轉發 1,204 · 留言 388",
            ),
            say.PostLine(
                at("10:12"), "微言", "用户 88E0", "这批牛奶超市还在卖吗？有没有人知道怎么退？", "", "转发 642"
            ),
        ),
        undercount="PTT Food 在 10:10 至 11:25 之間拒絕讀取，該時段的數字偏低。",
    )


FACTS = (
    say.Fact("known", "影片 0:21 瓶身可辨識批號 1117-B2", ("貼文快照", "品保影像比對"), "周明哲", at("11:31")),
    say.Fact("known", "同批 4,320 瓶，已出貨 3,960 瓶", ("出貨單", "倉儲盤點"), "周明哲", at("11:44")),
    say.Fact(
        "unknown",
        "清洗紀錄是否完整",
        ("品保紀錄",),
        "周明哲",
        at("12:40"),
        contradicts="產線日誌寫 02:10 已清洗，品保紀錄為空白",
    ),
    say.Fact(
        "disproved", "超商全面下架的照片", ("原始報導", "影像比對"), "林雅婷", at("11:51"), note="實為 2023 年舊照"
    ),
)


def _assessments() -> tuple[say.Assessment, ...]:
    return (
        say.Assessment(
            1,
            at("11:34"),
            "林雅婷",
            ORANGE,
            "兩家媒體詢問，尚無傷害通報",
            "待查",
            "",
            "可預防的過失（暫定）",
            ("關懷與指引",),
            "查明前不承認過失，也不否認；先說明怎麼退、找誰。",
            "無身體不適通報",
            "同批 3,960 瓶在通路",
        ),
        say.Assessment(
            2,
            at("13:20"),
            "林雅婷",
            RED,
            "跨三個平台，主流媒體報導，主管機關介入",
            "情況屬實",
            "留樣比對為填充機墊片碎屑（檢驗單 Q-1120-07）",
            "可預防的過失",
            ("道歉", "補救", "承擔"),
            "屬實且可預防，依 SCCT 採重建策略；先給指引與關懷。",
            "客服同批反映 6 件，均無身體不適",
            "3,960 瓶下架，預估 21 萬元",
            "檢驗確認異物來自產線",
        ),
    )


def _statements() -> tuple[say.Statement, ...]:
    return (
        say.Statement(
            "關於 1117-B2 批鮮乳的初步說明",
            "先期聲明",
            "官網公告、Facebook",
            "消費者",
            "我們看到了這則影片，已聯絡發文的朋友，並停售同批商品。\n\n"
            "查明前請先不要飲用批號 1117-B2，可到任一通路無條件退貨，"
            "或撥 0800-000-117。今天 13:30 會再說明進度。",
            "已發布",
            "林雅婷",
            "王志明",
            at("11:38"),
            "高子晴",
            at("11:40"),
            "https://brand.example/news/1120-1",
            at("13:30"),
        ),
        say.Statement(
            "1117-B2 批鮮乳異物說明與致歉",
            "正式聲明",
            "官網公告",
            "消費者、媒體",
            "對不起。經留樣比對，異物為填充機墊片碎屑，是我們的過失。",
            "已發布",
            "林雅婷",
            "王志明",
            at("12:50"),
            "高子晴",
            at("12:55"),
            "https://brand.example/news/1120-2",
            None,
        ),
    )


def sample_report(*, language: str = "zh-hant", is_drill: bool = False) -> say.HandlingReport:
    """The whole report."""
    return say.HandlingReport(
        cover=say.Cover(
            "曜日乳業",
            "CR-0019",
            "「鮮乳喝出異物」影片跨平台擴散",
            "限內部",
            is_drill,
            language,
            "Asia/Taipei（UTC+8）",
            at("09:05", 4),
            "王志明",
        ),
        summary=say.Summary(
            level=RED,
            verdict="情況屬實",
            stage="檢討",
            what_happened="11 月 20 日 08:42，論壇用戶貼出鮮乳瓶中有黑色薄片的影片，兩小時內擴散到三個平台，"
            "11:05 首家媒體轉載，"
            "11:13 預警轉紅。留樣比對確認為填充機墊片碎屑。",
            where_it_stands="同批 3,960 瓶已全數下架，6 件反映均已聯絡並退款。"
            "聲量自 11/21 起回到平日上限以下；改善措施 3 項，完成 1 項。",
            figures=(
                say.Figure("1,285", "已監測聲量（則）", "PTT 讀取中斷，偏低"),
                say.Figure("68%", "負面占比"),
                say.Figure("2 家", "媒體轉載"),
                say.Figure("4 小時 13 分", "最早採集到 → 正式立場", "逾黃金四小時 13 分"),
            ),
        ),
        overview=_overview(),
        spread=_spread(),
        facts=FACTS,
        assessments=_assessments(),
        stakeholders=(
            say.Stakeholder("受害者", "當事人與同批反映 6 件逐一聯絡、退款", "許承恩", "6 / 6 已聯絡"),
            say.Stakeholder("主管部門", "主動向衛生局說明批號與留樣", "葉書安", "11/20 12:15"),
            say.Stakeholder("公眾", "", "林雅婷"),
        ),
        emergencies=(
            say.Emergency(
                "通路暫停販售批號 1117-B2",
                "林雅婷",
                at("11:41"),
                "核定",
                "王志明",
                at("11:43"),
                at("11:46"),
                "四家通路，三家已回覆",
            ),
        ),
        plans=(
            say.PlanVersion(
                "擬辦 A：承擔與召回",
                1,
                "林雅婷",
                at("11:52"),
                (("做法", "聲明請消費者「安心飲用」其他批號"), ("風險", "檢驗結果未出")),
                "已退回",
                (say.Decision("退回", "王志明", at("11:57"), "「請安心飲用」沒有證據，改為說明查證進度。"),),
            ),
            say.PlanVersion(
                "擬辦 A：承擔與召回",
                2,
                "林雅婷",
                at("12:02"),
                (("做法", "召回同批、公開檢驗、退款"),),
                "已核定",
                (say.Decision("核定", "王志明", at("12:31"), "照辦。"),),
            ),
        ),
        statements=_statements(),
        tasks=(
            say.Task("回覆島嶼新聞網詢問", "高子晴", at("12:05"), at("12:08"), "媒體詢問單"),
            say.Task("取得當事人聯絡方式", "許承恩", at("12:30"), at("12:11")),
            say.Task("清洗紀錄第二來源", "周明哲", at("12:40"), None),
        ),
        effects=(
            say.Effect("先期聲明", at("11:40"), timedelta(minutes=30), say.Volume(140, 98), say.Volume(133, 93)),
            say.Effect("正式聲明", at("12:55"), timedelta(minutes=30), say.Volume(118, 82), None),
        ),
        review=say.Review(
            cause="填充機 3 號墊片超過更換週期 41 天，碎屑落入瓶中；清洗後目視檢查未落實。",
            department="生產部 填充課",
            went_well="預警轉紅後 3 分鐘認領，27 分鐘發出先期聲明。",
            went_badly="正式立場逾黃金四小時 13 分；方案第 1 版用了沒有證據的說法。",
            actions=(
                say.CorrectiveAction("墊片更換納入每日點檢", "周明哲", at("00:00", 10).date(), None, ""),
                say.CorrectiveAction(
                    "新增「黑色薄片、墊片」關鍵字",
                    "林雅婷",
                    at("00:00", 5).date(),
                    at("10:00", 4),
                    "監測主題「鮮乳異物」第 4 版",
                ),
            ),
            watches=(
                say.Watch(7, at("00:00", 10).date(), None),
                say.Watch(30, at("00:00", 33).date(), None),
                say.Watch(90, at("00:00", 93).date(), None),
            ),
        ),
        timeline=(
            say.TimelineEntry(at("11:13"), "", "預警 AL-1042 轉紅"),
            say.TimelineEntry(at("11:26"), "林雅婷", "開案 CR-0019"),
            say.TimelineEntry(at("11:40"), "高子晴", "發布先期聲明"),
            say.TimelineEntry(at("11:57"), "王志明", "退回方案第 1 版：「請安心飲用」沒有證據"),
        ),
        sources=(
            say.SourceLine(
                "PTT Food",
                "論壇",
                "被拒",
                True,
                64,
                timedelta(minutes=18),
                timedelta(minutes=84),
                "11/20 10:10 – 11:25 被拒（HTTP 403）",
            ),
            say.SourceLine("島嶼論壇", "論壇", "正常", False, 512, timedelta(minutes=6), timedelta(minutes=13)),
            say.SourceLine("早報", "新聞", "正常", False, 0, None, None),
        ),
    )
