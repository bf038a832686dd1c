"""Sources: one module for each kind, and this registry of them (pure)."""

from monitoring.sources import feed, imap, json_listing, listing, pushed, sitemap, threads, tieba, weibo, youtube
from monitoring.sources.kinds import Kind

KINDS: dict[str, Kind] = {
    "feed": feed,
    "listing": listing,
    "json": json_listing,
    "sitemap": sitemap,
    "weibo": weibo,
    "tieba": tieba,
    "youtube": youtube,
    "threads": threads,
    "imap": imap,
    "api": pushed.API,
    "webhook": pushed.WEBHOOK,
    "file": pushed.FILE,
    "manual": pushed.MANUAL,
}
