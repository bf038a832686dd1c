"""Read the fields of a TOML table; every problem is written down with its place, none stops the reading (pure)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

Table = dict[str, Any]
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a scenario: the place (`beats[3].minute`, or "line 4, column 7"), a code of
    `sentinel.drill.wording.PROBLEMS`, and what its sentence needs."""

    where: str
    code: str
    params: dict[str, str | float] = field(default_factory=dict)


class Fields:
    """One table at a place, read field by field; `finish` reports the fields that nobody asked for."""

    def __init__(self, table: Table, where: str, problems: list[Problem]) -> None:
        self.table, self.where, self.problems = table, where, problems
        self.asked: set[str] = set()

    def place(self, name: str) -> str:
        """Where the field stands."""
        return f"{self.where}.{name}" if self.where else name

    def complain(self, name: str, code: str, **params: str | float) -> None:
        """Write a problem of the field down."""
        self.problems.append(Problem(self.place(name), code, params))

    def text(self, name: str, *, default: str | None = None, choices: Collection[str] = ()) -> str:
        """A text that is not blank; required where there is no default."""
        value = self._value(name, required=default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.complain(name, "not-text")
            return default or ""
        if not value.strip():
            self.complain(name, "blank")
        elif choices and value not in choices:
            self.complain(name, "not-a-choice", choices=", ".join(choices))
        return value.strip()

    def number(self, name: str, low: float, high: float, *, default: float | None = None) -> float:
        """A number from `low` to `high`; required where there is no default."""
        value = self._value(name, required=default is None)
        if value is None:
            return low if default is None else default
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.complain(name, "not-a-number")
            return low
        if not low <= value <= high:
            self.complain(name, "out-of-range", low=low, high=high)
            return low
        return value

    def flag(self, name: str) -> bool:
        """true or false; false where it is left out."""
        value = self._value(name, required=False)
        if value is not None and not isinstance(value, bool):
            self.complain(name, "not-a-flag")
        return value is True

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts that are not blank."""
        value = self._value(name, required=required)
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            self.complain(name, "not-a-list")
            return ()
        for number, one in enumerate(value):
            if not isinstance(one, str) or not one.strip():
                self.complain(f"{name}[{number}]", "not-text")
        return tuple(one.strip() for one in value if isinstance(one, str))

    def below(self, name: str, *, required: bool = False) -> "Fields | None":
        """The table of this name."""
        value = self._value(name, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.complain(name, "not-a-table")
            return None
        return Fields(value, self.place(name), self.problems)

    def each(self, name: str, *, required: bool = False) -> Iterator["Fields"]:
        """The tables of a list, in order."""
        value = self._value(name, required=required)
        if value is None:
            return
        if not isinstance(value, list) or not value:
            self.complain(name, "not-a-list")
            return
        for number, one in enumerate(value):
            if isinstance(one, dict):
                yield Fields(one, f"{self.place(name)}[{number}]", self.problems)
            else:
                self.complain(f"{name}[{number}]", "not-a-table")

    def finish(self) -> None:
        """Report the fields that have no meaning here, which are misspelt ones as a rule."""
        for name in self.table.keys() - self.asked:
            self.complain(name, "unknown-field", known=", ".join(sorted(self.asked)))

    def _value(self, name: str, *, required: bool) -> Any:
        self.asked.add(name)
        value = self.table.get(name)
        if value is None and required:
            self.complain(name, "missing")
        return value


def placeholders(text: str) -> list[str]:
    """The names in braces."""
    return _PLACEHOLDER.findall(text)


def fill(text: str, values: dict[str, str]) -> str:
    """The text with each `{name}` replaced; unknown ones stay as they are."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
