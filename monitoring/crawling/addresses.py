"""Addresses of posts: one spelling, one key, and the site that they belong to (pure).

What is stripped are parameters that say how somebody came to a page, as in the ClearURLs rules; what stays may name it.
"""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_INNER_BREAKS = re.compile(r"[\t\r\n]+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,252})")
_KEPT = "/:@!$&'()*+,;=~-._"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
# An address that is canonical as it stands, but for trackers in its query and a fragment: most links are, and are read
# at once. Escapes count where they are needed and in capitals.
_NEEDED_ESCAPE = r"%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[BCDF])"
_PLAIN = re.compile(
    r"(https?://(?![^/?#]{252})([a-z0-9][a-z0-9-]*+(?:\.[a-z0-9][a-z0-9-]*+)*+)"
    r"(?::(?!(?:80|443)(?:[/?#]|$))[1-9]\d{0,3}|:[1-5]\d{4})?)"
    rf"(/(?:[\w:@!$&'()*+,;=~-]++|{_NEEDED_ESCAPE}|(?<!/)\.|/(?!\.))*+)?"
    rf"(?:\?((?:[\w/:@!$&'()*+,;=~.?-]++|{_NEEDED_ESCAPE})*+))?(?:#(?!!?/[!-~])[!-~]*)?",
    re.ASCII,
)
_ROUTE = re.compile(r"!?/.")  # of a page that is built in the browser, the fragment says which it is
LONGEST = 4096  # characters of an address; a page that repeats a longer base in every link would fill the memory
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parameters that say how a reader came, on any site.
TRACKERS = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "wbraid",
        "gbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mibextid",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "wickedid",
        "s_cid",
        "ncid",
        "cmpid",
        "spm",
        "scm",
        "spm_id_from",
        "vd_source",
        "share_source",
        "share_medium",
        "share_plat",
        "share_session_id",
        "share_tag",
        "share_token",
        "share_times",
        "share_from",
        "share_id",
        "shareuid",
        "share_uid",
        "share_to",
        "sharefrom",
        "tt_from",
        "isappinstalled",
        "from_source",
        "fromid",
        "wx_header",
        "pgv_ref",
        "ref_src",
        "ref_url",
        "refer_flag",
        "rdid",
        "__cft__",
        "__tn__",
        "__xts__",
        "chdtv",
        "clickid",
        "ttadid",
        "zarsrc",
        "appshare",
        "xtor",
        "bd_vid",
        "bxsign",
        "unique_k",
        "buvid",
        "is_story_h5",
        "plat_id",
        "timestamp_share",
        "weibo_id_from",
    ]
)
TRACKER_PREFIXES = (
    "utm_",
    "hmsr",
    "hmpl",
    "hmcu",
    "hmkw",
    "hmci",
    "pk_",
    "mtm_",
    "matomo_",
    "at_medium",
    "at_campaign",
)
# Names that some sites use for content: stripped only where the value says that the page was shared.
SHARE_NAMES = frozenset({"from", "source", "ref"})
_SHARE_VALUE = re.compile(
    r"(?i)(?:timeline|singlemessage|groupmessage|appmessage|qrcode|we(?:chat|ixin)|weibo|qzone|qq|share|facebook|fb|line"
    r"|twitter|telegram|copylink|copy_link|rss|feed|app|mobile|push|search|baidu|google|homepage)[\w.-]{0,24}"
)
# What is a tracker on one site only: the registrable domain, then the names.
SITE_TRACKERS = {
    "qq.com": frozenset(
        [
            "chksm",
            "scene",
            "mpshare",
            "srcid",
            "sharer_sharetime",
            "sharer_shareid",
            "sharer_shareinfo",
            "sharer_shareinfo_first",
            "ascene",
            "devicetype",
            "version",
            "lang",
            "nettype",
            "abtest_cookie",
            "pass_ticket",
            "exportkey",
            "sessionid",
            "subscene",
            "clicktime",
            "enterid",
            "key",
            "uin",
            "countrycode",
            "session_us",
            "acctmode",
            "fontgear",
            "finder_biz_enter_id",
            "ptlang",
            "from",
        ]
    ),
    "weibo.com": frozenset({"from", "mod", "wvr", "type", "page_id", "refer", "loc", "topnav", "display", "retcode"}),
    "weibo.cn": frozenset({"from", "wm", "featurecode", "sourcetype", "lfid", "luicode", "uicode", "launchid", "v_p"}),
    "toutiao.com": frozenset({"app", "timestamp", "use_new_style", "req_id", "group_id", "log_from", "wid", "source"}),
    "163.com": frozenset({"f", "spss", "spssid", "spsw", "spsf", "referFrom", "clickfrom"}),
    "sina.com.cn": frozenset({"cre", "mod", "loc", "doct", "rfunc", "tj", "tr", "wm", "pos", "r", "vt", "from"}),
    "sina.cn": frozenset({"cre", "mod", "loc", "doct", "rfunc", "tj", "tr", "wm", "pos", "r", "vt", "from"}),
    "baidu.com": frozenset({"wfr", "for", "searchword", "sShare"}),
    "udn.com": frozenset({"from"}),
    "ettoday.net": frozenset({"from"}),
    "youtube.com": frozenset({"si", "feature", "pp", "ab_channel"}),
    "youtu.be": frozenset({"si", "feature"}),
    "twitter.com": frozenset({"s", "t"}),
    "x.com": frozenset({"s", "t"}),
}
# Second labels under which a country's registry sells names: example.com.tw is one registrable domain.
_SECOND_LEVELS = frozenset(
    [
        "com",
        "net",
        "org",
        "gov",
        "edu",
        "ac",
        "co",
        "or",
        "ne",
        "go",
        "mil",
        "idv",
        "game",
        "ebiz",
        "club",
        "info",
        "gob",
        "nom",
        "web",
        "id",
    ]
)


def canonical_url(url: str) -> str:
    """One spelling of an address: for identity and for opening; a text that is no web address comes back trimmed.

    Lower-case scheme and host, the host in punycode, no default port, credentials, fragment or trackers, dot segments
    resolved, escapes in one form. What remains of the query keeps its order; a fragment stays where it is a route
    (`#/post/5`, `#!/post/5`).
    """
    return _plain(url) or _canonical(url)


def _plain(url: str) -> str:
    """`url` without its trackers where the rest is canonical as it stands, else ""."""
    found = _PLAIN.fullmatch(url) if len(url) <= LONGEST else None
    if not found:
        return ""
    page = found[1] + (found[3] or "/")
    query = "&".join(_untracked(found[4], registrable_domain(found[2]))) if found[4] else ""
    return f"{page}?{query}" if query else page


def _canonical(url: str) -> str:
    trimmed = _INNER_BREAKS.sub("", _CONTROL.sub(" ", url).strip() if url else "")
    parts = _split(trimmed)
    if parts is None:
        return trimmed
    scheme = parts.scheme.lower()
    host, port = _host_and_port(parts)
    authority = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    path = _without_dots(_escaped(parts.path.replace("\\", "/")))
    query = "&".join(map(_escaped, _untracked(parts.query, registrable_domain(host))))
    route = f"#{_escaped(parts.fragment)}" if _ROUTE.match(parts.fragment) else ""
    return f"{scheme}://{authority}{path}" + (f"?{query}" if query else "") + route


def absolute_url(base: str, link: str) -> str:
    """`link` as a page at `base` means it, canonical; empty where it leads to no web page or is absurdly long."""
    link = link.strip()
    plain = _plain(_joined_plainly(base, link))
    if plain:
        return plain
    try:
        joined = urljoin(base, _INNER_BREAKS.sub("", link))
    except ValueError:
        return ""
    return _canonical(joined) if len(joined) <= LONGEST and _split(joined) else ""


def _joined_plainly(base: str, link: str) -> str:
    """A link from a site's root, its scheme or the page's folder put behind the base; others as they are."""
    if ";" in link:  # urljoin leaves it out where nothing follows it
        return link
    if link.startswith("//"):
        return base.partition("//")[0] + link
    if link.startswith("/"):
        return "/".join(base.split("/", 3)[:3]) + link
    folder = base.partition("#")[0].partition("?")[0].rpartition("/")[0]
    is_plain = ":" not in link and "//" not in link and link[:1].isalnum()
    return f"{folder}/{link}" if is_plain and folder.count("/") > 1 else link


def post_key(url: str, site_id: str, source_site: str) -> bytes:
    """The SHA-256 that one post has, whichever source and retry brings it.

    A site's own identifier decides where the source has one, since the addresses of such sites vary; else the address
    does, without its scheme, a leading `www.` and a trailing slash.
    """
    if site_id:
        identity = f"id\0{source_site.lower()}\0{site_id}"
    else:
        address = canonical_url(url).partition("://")[2] or url
        path, mark, query = address.removeprefix("www.").partition("?")
        identity = f"url\0{path.rstrip('/')}{mark}{query}"
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()


def host_of(url: str) -> str:
    """The host of an address, lower-case and in punycode; empty where it has none."""
    parts = _split(url.strip())
    return _host_and_port(parts)[0] if parts else ""


def registrable_domain(host: str) -> str:
    """The part of a host that somebody registered: news.example.com.tw → example.com.tw; an IP address stays whole."""
    labels = host.rstrip(".").lower().split(".")
    if len(labels) <= 2 or ":" in host or labels[-1].isdigit():
        return ".".join(labels)
    country_second_level = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3:] if country_second_level else labels[-2:])


def _split(url: str) -> SplitResult | None:
    """The parts of a web address, or None where it is not one."""
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
            return None
        # Reading the port is what checks it.
        return parts if parts.port != 0 and _host_and_port(parts)[0] else None
    except ValueError:
        return None


def _host_and_port(parts: SplitResult) -> tuple[str, int | None]:
    host = (parts.hostname or "").lower().rstrip(".")
    if ":" in host:
        return f"[{host}]", parts.port
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return "", None
    return (host if _HOST.fullmatch(host) else ""), parts.port


def _escaped(text: str) -> str:
    """Non-ASCII and unsafe characters escaped, needless escapes undone, the rest in capitals."""

    def one(found: re.Match[str]) -> str:
        byte = int(found[1], 16)
        return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"

    lone_percent = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return quote(_ESCAPE.sub(one, lone_percent), safe=_KEPT + "%?[]", errors="replace")


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _untracked(query: str, domain: str) -> Iterator[str]:
    of_site = SITE_TRACKERS.get(domain, frozenset())
    return (pair for pair in query.split("&") if pair and not _is_tracker(pair, of_site))


def _is_tracker(pair: str, of_site: frozenset[str]) -> bool:
    name, _, value = pair.partition("=")
    plain = unquote_to_bytes(name).decode("utf-8", "replace") if "%" in name else name
    lower = plain.lower().split("[")[0]
    if lower in TRACKERS or lower.startswith(TRACKER_PREFIXES) or name in of_site:
        return True
    return lower in SHARE_NAMES and bool(_SHARE_VALUE.fullmatch(value))
