"""The audit trail is append-only, in the database itself."""

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation

import sentinel.urls  # noqa: F401  brings every stage, as the web process does
from alerts.models import TIERS
from playbooks.channels import Channel
from playbooks.models import Cosign, Watch
from playbooks.models.assessing import STAKEHOLDERS, VERDICTS
from playbooks.models.crises import DUTIES, FACT_STATUSES, STAGES
from playbooks.models.reviewing import DEPARTMENTS
from sentinel.core import audit
from sentinel.core.audit_words import CODES, VERBS, facts, kind_words, verb_words
from sentinel.core.models import AuditEntry, Workspace
from tests.factories import NOW, Cast, make_tsukimi, make_yaori

ROOMS = ("sentinel", "monitoring", "alerts", "playbooks")
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_yaori()


def entry_of(cast: Cast, **fields: object) -> AuditEntry:
    given = {"verb": "create", "subject": cast.workspace, "by": cast.admin, "now": NOW, "workspace": cast.workspace}
    return audit.record(**{**given, **fields})  # type: ignore[arg-type]


def test_an_entry_says_who_did_what_to_what(cast: Cast) -> None:
    entry = entry_of(cast, data={"url": "https://news.example/rss"})
    assert (entry.actor_name, entry.verb, entry.object_kind, entry.object_label) == (
        "王淑芬",
        "create",
        "workspace",
        "曜日乳業",
    )


def test_what_was_done_in_a_drill_stays_marked(cast: Cast, client: Client) -> None:
    entry = entry_of(cast, data={"note": "演練"}, is_drill=True)
    assert entry.data == {"note": "演練", "drill": True}
    assert [name for name, _text in facts(entry.data)] != []
    assert "drill" not in dict(facts(entry.data))
    client.force_login(cast.admin)
    assert 'class="drill-tag"' in client.get(f"/w/{cast.workspace.slug}/audit/").content.decode()


def test_what_sentinel_does_itself_has_no_person(cast: Cast) -> None:
    entry = entry_of(cast, by=None)
    assert (entry.actor_id, entry.actor_name) == (None, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(actor_name="somebody else"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
    ],
    ids=["change", "deletion"],
)
def test_the_database_refuses(cast: Cast, change: object) -> None:
    entry = entry_of(cast)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(entry)  # type: ignore[operator]
    assert AuditEntry.objects.get(pk=entry.pk).actor_name == "王淑芬"


def test_the_database_refuses_to_empty_the_trail(cast: Cast) -> None:
    entry_of(cast)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER core_auditentry_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE core_auditentry")


def test_entries_outlive_their_subject(cast: Cast) -> None:
    entry = entry_of(cast)
    Workspace.objects.filter(pk=cast.workspace.pk).delete()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_a_workspace_reads_its_own_trail_alone(cast: Cast) -> None:
    other = make_tsukimi()
    ours = entry_of(cast)
    entry_of(cast, workspace=other.workspace, by=other.admin)
    entry_of(cast, workspace=None)
    assert list(AuditEntry.objects.visible_to(cast.workspace, cast.admin)) == [ours]


def test_who_runs_the_installation_also_reads_what_belongs_to_no_workspace(cast: Cast) -> None:
    cast.admin.is_operator = True
    entry_of(cast)
    entry_of(cast, workspace=None)
    entry_of(cast, workspace=make_tsukimi().workspace)
    assert AuditEntry.objects.visible_to(cast.workspace, cast.admin).count() == 2


def test_verbs_and_kinds_are_put_into_words_and_unknown_ones_stand_for_themselves() -> None:
    assert verb_words("change-roles") != "change-roles"
    assert kind_words("subscription") != "subscription"
    assert verb_words("conjure") == "conjure"


def test_every_verb_that_the_program_writes_down_has_words() -> None:
    root = Path(__file__).resolve().parents[2]
    sources = [file for room in ROOMS for file in (root / room).rglob("*.py")]
    recorded = r'\bverb="([a-z-]+)"|\bwrite_down\(\s*[\w.]+,\s*"([a-z-]+)"'
    found = [match for file in sources for match in re.findall(recorded, file.read_text())]
    written = {verb or told for verb, told in found}
    assert {"reveal-author", "take-charge", "publish"} <= written
    assert written <= set(VERBS)


def test_codes_are_words_and_free_text_stays_as_it_is() -> None:
    definition = {"kind": "sensitive", "thresholds": {"4": 2, "1": 20}, "min_count": 5}
    with translation.override("en"):
        assert facts({"definition": definition}) == [
            ("definition", "kind Sensitive posts; thresholds Blue 2, Red 20; at least 5")
        ]
        assert facts({"kind": "listing"}) == [("kind", "Web page that lists articles")]
        assert facts({"reason": "false-alarm", "note": "feed"}) == [("reason", "False alarm"), ("note", "feed")]
        assert facts({"stage": "back-match"}) == [("stage", "Matching earlier posts")]


# the fact of an entry → the codes that the crisis room writes into it
CODES_OF_A_CRISIS = {
    "after": [*STAGES, *FACT_STATUSES],
    "answer": Cosign._meta.get_field("answer").choices,
    "before": [*STAGES, *FACT_STATUSES],
    "channel": [(channel, channel) for channel in Channel],
    "department": DEPARTMENTS,
    "duty": DUTIES,
    "group": STAKEHOLDERS,
    "level": TIERS,
    "level_before": TIERS,
    "outcome": Watch._meta.get_field("outcome").choices,
    "status": FACT_STATUSES,
    "verdict": VERDICTS,
}


@pytest.mark.parametrize("name", CODES_OF_A_CRISIS)
def test_every_code_that_a_crisis_writes_down_has_words(name: str) -> None:
    codes = {str(code) for code, _label in CODES_OF_A_CRISIS[name] or []}
    assert codes
    assert codes <= CODES[name].keys()


def test_the_level_of_a_crisis_shows_number_colour_and_word() -> None:
    with translation.override("en"):
        assert facts({"level": 1, "level_before": 3}) == [
            ("level", "1 · Red · Critical"),
            ("level before", "3 · Yellow · Moderate"),
        ]


def test_what_changed_is_put_into_words() -> None:
    assert facts({"url": "https://a.example", "version": 2}) == [
        (facts({"url": ""})[0][0], "https://a.example"),
        (facts({"version": ""})[0][0], "2"),
    ]
    assert facts({"strange": {"a": [1, 2]}})[0][0] == "strange"
    assert [name for name, _value in facts({"after": 1, "before": 2})] == [
        facts({"before": 1})[0][0],
        facts({"after": 1})[0][0],
    ]
