"""When something was published, by the site's own form of a date where the definition knows it (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitoring.crawling.dates import Parsed, parse_date

PRECISIONS = ("month", "day", "hour", "minute", "second")
_SKEW = timedelta(minutes=10)
_STATES = (
    ("second", ("%S", "%T", "%X", "%c", "%s")),
    ("minute", ("%M", "%R")),
    ("hour", ("%H", "%I")),
    ("day", ("%d", "%j", "%D")),
)


@dataclass(frozen=True, slots=True)
class Dating:
    """How dates are read: at the aware moment `now`, in `zone`, first by `form` (as in strptime) where there is one."""

    now: datetime
    zone: tzinfo
    form: str = ""

    def read(self, text: str) -> Parsed | None:
        """The moment that a text states, or None."""
        found = self._by_form(text) if self.form else None
        if found is None:
            return parse_date(text, self.now, self.zone)
        return found if found.at <= self.now + _SKEW else None

    def _by_form(self, text: str) -> Parsed | None:
        try:
            found = datetime.strptime(text.strip(), self.form)  # noqa: DTZ007  the zone follows
            if not _has_year(self.form):
                found = self._in_its_year(found)
        except ValueError:
            return None
        at = found if found.tzinfo else found.replace(tzinfo=self.zone)
        return Parsed(at, precision_of(self.form))

    def _in_its_year(self, found: datetime) -> datetime:
        """Without a year, the latest that is not in the future."""
        here = self.now.astimezone(self.zone)
        this_year = found.replace(year=here.year, tzinfo=found.tzinfo or self.zone)
        return this_year if this_year <= here + _SKEW else this_year.replace(year=here.year - 1)


def _has_year(form: str) -> bool:
    return any(part in form for part in ("%Y", "%y", "%c", "%D", "%s"))


def precision_of(form: str) -> str:
    """How exactly a form of strptime states a moment."""
    return next((name for name, parts in _STATES if any(part in form for part in parts)), "month")


def is_form(form: str) -> bool:
    """Whether a text is a form of strptime that states a day or more."""
    try:
        moment = datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001  only its printed form counts
        datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007
    except ValueError:
        return False
    return precision_of(form) != "month"


def finest(times: "list[Parsed | None]") -> Parsed | None:
    """The time that says most; the first of equals."""
    return max((one for one in times if one), key=lambda one: PRECISIONS.index(one.precision), default=None)
