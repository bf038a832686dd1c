"""Sources: one module for each kind, and this registry of them (pure)."""

from monitoring.sources import feed, imap, listing, pushed, weibo
from monitoring.sources.kinds import Kind

KINDS: dict[str, Kind] = {
    "feed": feed,
    "listing": listing,
    "weibo": weibo,
    "imap": imap,
    "api": pushed.API,
    "webhook": pushed.WEBHOOK,
    "file": pushed.FILE,
    "manual": pushed.MANUAL,
}
