"""Runs of the built-in scenarios for the drill's tests."""

from datetime import datetime, timedelta

from sentinel.drill.scenario import builtin_scenarios, read_scenario
from sentinel.drill.storyline import Names, PublishedStatement, Run
from tests.factories import NOW

SCENARIOS = {key: read_scenario(text) for key, text in builtin_scenarios().items()}
NAMES = Names("曜日乳業", "月見乳業")
STATEMENT = "關於近日網路討論的情況，我們已經停止出貨並送驗，下一次說明在今天下午五點。對受影響的家庭，我們誠摯關心。"


def a_run(
    key: str = "food-safety",
    *,
    started_at: datetime = NOW,
    speed: float = 1.0,
    said_at_minute: float | None = None,
    channel: str = "",
    seed: int = 7,
    names: Names = NAMES,
) -> Run:
    """A run; `said_at_minute` is when the team published its statement, in minutes of the scenario."""
    run = Run(SCENARIOS[key], started_at, speed, names, seed=seed)
    if said_at_minute is None:
        return run
    statement = PublishedStatement(at_minute(run, said_at_minute), STATEMENT, channel, "關於鮮乳的說明")
    return Run(run.scenario, run.started_at, run.speed, run.names, (statement,), run.seed)


def at_minute(run: Run, minute: float) -> datetime:
    """The moment at which this minute of the scenario is reached."""
    return run.started_at + timedelta(minutes=minute / run.speed)
