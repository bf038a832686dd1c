"""Which charset a Chinese page really is in, and its text (pure).

Headers, `meta` and XML declarations lie in both directions, so the bytes speak first: a byte order mark, strict UTF-8,
then what is declared, and where that does not settle it GB 18030 or Big5 by the share of common characters.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_:.\-]{2,40})""")
_DECLARED_WITHIN = 4096
_SAMPLE = 40_000
_ENOUGH = 2_000  # bytes, and characters, that are not ASCII: by so many a charset is told
_ASCII = bytes(range(128))
_FEWEST_ZEROS, _READS_AS_CHINESE = 4, 0.7
_HONG_KONG_WITHIN = 400_000  # bytes: each of its characters is a call of Python, and no page holds them for longer
# How much a declaration counts beside the share of common characters: it decides where a text is very short.
_DECLARED_BONUS = 0.1
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_NOT_ASCII = re.compile("[^\0-\x7f]+")
_WIDE = re.compile("[\u0800-\U0010ffff]")  # three bytes and more of UTF-8
_HIGH_RUN = re.compile(rb"[\x80-\xff][\x40-\xff]{3,}")
# Declared charsets that are believed where the bytes do not read as Chinese, with the codec that browsers use.
_FOREIGN = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "windows-1251": "cp1251",
    "koi8-r": "koi8-r",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "windows-1258": "cp1258",
}
_SINGLE_BYTE = frozenset({"cp1252", "iso8859-15", "cp1251", "koi8-r", "cp874", "cp1258"})
# The most frequent characters of running text in both scripts: they decide where a text is short.
_FREQUENT = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年动動同工也能下过過子说說"
    "产產种種面而方后後多定行学學法所民得经經十三之进進着著等部度家电電力里裡如水化高自二理起小物现現实實加量都两兩体體制机機当當"
    "使点點从從业業本去把性好应應开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與关關各重新线線内內数數正心反"
    "你明看原又么麼利比或但质質气氣第向道命此变變条條只没沒结結解问問意建月公无無系係军軍很情者最立代想已通并並提直题題党黨程展"
    "五果料象员員革位入常文总總次品式活设設及管特件长長求老头頭基资資边邊流路级級少图圖山统統接知较較将將组組见見计計别別她手"
    "角期根论論运運农農指几幾九区區强強放决決西被干做必战戰先回则則任取据據处處队隊南给給色光门門即保治北造百规規热熱领領七海口"
    "东東导導器压壓志世金增争爭济濟阶階油思术術极極交受联聯什认認六共权權收证證改清己美再采採转轉更单單风風切打白教速花带帶安场場"
    "身车車例真务務具万萬每目至达達走积積示议議声聲报報完类類八离離华華名确確才科张張信马馬节節话話米整空况況今集温溫传傳土许許"
    "步群广廣石记記需段研界拉林律叫且究观觀越织織装裝影算低持音众眾书書布复復容儿兒须須际際商非验驗连連断斷深难難近矿礦千周委素"
    "技备備半办辦青省列习習响響约約支般史感劳勞便团團往酸历歷市克何除消构構府称稱太准準精值号號率族维維划劃选選标標写寫存候毛亲親"
    "快效斯院查江型眼王按格养養易置派层層片始却卻专專状狀育厂廠京识識适適属屬圆圓包火住调調满滿县縣局照参參红紅细細引听聽该該"
    "请請网網站好很吃喝买買卖賣钱錢错錯谢謝首页頁登录錄帖版码碼搜索论壇坛回复复覆楼樓湾灣台臺港奶乳业晒曝投诉訴道歉声明"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body and the charset that it was read in: utf-8, gb18030, big5, utf-16-le, …

    `utf8` is the text in UTF-8 where the body was just that, else empty.
    """

    text: str
    charset: str
    utf8: bytes = field(default=b"", repr=False, compare=False)


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of `body`, whatever its header says; never raises, undecodable bytes become U+FFFD."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(charset, "replace"), charset)
    declared = _declared_charsets(body, content_type)
    wide = _wide_charset(body, declared)
    if wide:
        return Decoded(body.decode(wide, "replace"), wide)
    text, is_strict = _as_utf8(body, declared)
    if text is not None:
        return Decoded(text, "utf-8", body if is_strict else b"")
    charset = _multibyte_charset(body, declared)
    return Decoded(_read(body, charset), charset)


def _declared_charsets(body: bytes, content_type: str) -> list[str]:
    """Every charset that the header and the head of the body claim, the header's first."""
    head = content_type.encode("ascii", "ignore") + b"\n" + body[:_DECLARED_WITHIN]
    return [found.decode("ascii") for found in _DECLARED.findall(head.lower())]


def _claims_gb(declared: list[str]) -> bool:
    return any(name.startswith(("gb", "x-gb", "cp936", "ms936", "hz-gb")) for name in declared)


def _claims_big5(declared: list[str]) -> bool:
    return any(name.startswith(("big5", "x-x-big5", "cn-big5", "cp950", "ms950")) for name in declared)


def _wide_charset(body: bytes, declared: list[str]) -> str:
    """UTF-16 without a mark, told by where the zero bytes of its markup stand."""
    head = body[: _DECLARED_WITHIN & ~1]
    even, odd, pairs = head[::2].count(0), head[1::2].count(0), max(1, len(head) // 2)
    needed = 0.02 if any(name.startswith("utf-16") for name in declared) else 0.2
    if max(even, odd) / pairs >= needed and min(even, odd) * 10 <= max(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    if even + odd < _FEWEST_ZEROS:
        return ""
    # Of a long text with little markup the zero bytes are few, and 一 has one as well: it must read as Chinese.
    read = {wide: head.decode(wide, "replace") for wide in ("utf-16-le", "utf-16-be")}
    return next((wide for wide, text in read.items() if _commonness(text) > _READS_AS_CHINESE), "")


def _as_utf8(body: bytes, declared: list[str]) -> tuple[str | None, bool]:
    """The text if it is UTF-8, also where a page is cut inside a character or carries a few foreign bytes; and whether
    it is UTF-8 to the last byte."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        if _is_hardly_utf8(_high_sample(body)):
            return None, False
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        # GB and Big5 read as UTF-8 break nearly everywhere; a real UTF-8 page breaks here and there.
        start = _NOT_ASCII.search(text)
        sample = text[start.start() : start.start() + _SAMPLE] if start else ""
        whole = sum(len(run) for run in re.findall("[\u0800-\ufffc]+", sample))
        allowed = 1 if text.endswith("\ufffd") else 0
        return (text if whole > 10 * (broken - allowed) and whole > 0 else None), False
    return (None if _is_gb_in_disguise(body, text, declared) else text), True


def _is_hardly_utf8(sample: bytes) -> bool:
    """Whether most of a sample is broken as UTF-8, as nearly all GB and Big5 is: the rest need not be read."""
    text = sample.decode("utf-8", "replace")
    return text.count("\ufffd") * 2 > len(text) - len(text.encode("ascii", "ignore"))


def _is_gb_in_disguise(body: bytes, text: str, declared: list[str]) -> bool:
    """Whether a short GB text only happens to be valid UTF-8: all in pairs, and every pair a common character."""
    if text.isascii() or "utf-8" in declared or _WIDE.search(text, 0, _SAMPLE):
        return False
    needed = 0.7 if _claims_gb(declared) else 0.9
    words = re.findall("[\u0080-\u07ff]+", text[:_SAMPLE])
    return all(len(word) > 1 for word in words) and _commonness(body[:_SAMPLE].decode("gb18030", "replace")) > needed


def _multibyte_charset(body: bytes, declared: list[str]) -> str:
    """GB 18030, Big5 or a declared foreign charset, for bytes that are not UTF-8."""
    sample = _high_sample(body)
    gb, big5 = _commonness(sample.decode("gb18030", "replace")), _commonness(_read(sample, "big5"))
    foreign = next((_FOREIGN[name] for name in declared if name in _FOREIGN), "")
    if foreign and _is_foreign(body, foreign, max(gb, big5)):
        return foreign
    gb += _DECLARED_BONUS * _claims_gb(declared)
    big5 += _DECLARED_BONUS * _claims_big5(declared)
    return "big5" if big5 > gb else "gb18030"


def _is_foreign(body: bytes, codec: str, chinese: float) -> bool:
    if codec in _SINGLE_BYTE:
        # Western text has its high bytes one by one between ASCII letters, Chinese has them in runs.
        return chinese < 0.4 or not _HIGH_RUN.search(_high_sample(body))
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        return False
    native = len(re.findall("[\u3040-\u30ff\uac00-\ud7a3]", text[:_SAMPLE]))
    return native * 5 > len(_HAN.findall(text[:_SAMPLE]))


def _high_sample(body: bytes) -> bytes:
    """A bounded part of `body` that begins where the non-ASCII text does and ends on a whole line or tag."""
    start = re.search(rb"[\x80-\xff]", body)
    if not start:
        return b""
    short = body[start.start() : start.start() + _SAMPLE // 4]
    is_enough = len(short.translate(None, _ASCII)) >= _ENOUGH
    return short if is_enough else body[start.start() : start.start() + _SAMPLE]


def _commonness(text: str) -> float:
    """At most 1: how far the non-ASCII characters of `text` are those that Chinese is commonly written in."""
    common = _common_characters()
    score = 0.0
    count = 0
    for char, times in Counter("".join(_NOT_ASCII.findall(text[:_SAMPLE]))[:_ENOUGH]).items():
        count += times
        if char in _FREQUENT:
            score += times
        elif char in common:
            score += 0.6 * times
        elif char == "\ufffd" or "\ue000" <= char <= "\uf8ff":
            score -= times
    return score / count if count else 0.0


@cache
def _common_characters() -> frozenset[str]:
    """Level 1 of GB 2312 and of Big5 (the frequent characters of each script) with the usual punctuation."""
    simplified = bytes(
        byte for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF) for byte in (lead, trail)
    ).decode("gb2312", "ignore")
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = bytes(byte for lead in range(0xA4, 0xC7) for trail in trails for byte in (lead, trail)).decode(
        "cp950", "ignore"
    )
    punctuation = "，。、：；？！「」『』（）《》〈〉【】“”‘’…—·～％　　＂－／｜╱０１２３４５６７８９"
    return frozenset(simplified + traditional + punctuation)


def _read(body: bytes, charset: str) -> str:
    if charset == "big5":
        cut = body.find(b"<", _HONG_KONG_WITHIN, _HONG_KONG_WITHIN + _DECLARED_WITHIN)  # between two characters
        cut = cut if cut > 0 else _HONG_KONG_WITHIN
        return body[:cut].decode("cp950", "sentinel-hong-kong") + body[cut:].decode("cp950", "replace")
    return body.decode(charset, "replace")


def _hong_kong(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: Microsoft's Big5 first, as browsers do, then the Hong Kong supplement, then U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = _hong_kong_character(error.object[error.start : error.start + 2])
    return (found, error.start + 2) if found else ("\ufffd", error.start + 1)


@lru_cache(maxsize=4096)
def _hong_kong_character(pair: bytes) -> str:
    """The character of the Hong Kong supplement, "" where the pair is none."""
    try:
        return pair.decode("big5hkscs")
    except UnicodeDecodeError:
        return ""


codecs.register_error("sentinel-hong-kong", _hong_kong)
