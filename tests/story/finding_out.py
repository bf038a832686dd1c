"""Collect and assess: what is known, how grave it is, what it is, and who is concerned."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from tests.story.person import PATIENCE, Person

STORM = 120_000  # milliseconds; at 4× red comes within a minute where the machine has time


def sheet_of(person: Person) -> Locator:
    """The form that a link opened: in a dialog, or on its own page where the machine was too busy to fetch it."""
    return person.page.locator("[data-sheet-body]")


def asks_a_question(person: Person, crisis: str, question: str) -> None:
    """Something is not known yet, and somebody finds out."""
    person.opens(f"{crisis}collect/")
    person.follows("Add a question")
    sheet = sheet_of(person)
    person.fills("What is it about", question, within=sheet)
    person.presses("Save", within=sheet)
    expect(person.page.get_by_role("region", name="Unknown 1")).to_contain_text(question, timeout=PATIENCE)


def finds_the_answer(person: Person, question: str, *, answer: str, source: str, second_source: str) -> None:
    """The question becomes a fact, with who says so."""
    person.is_ready()
    person.page.get_by_role("link", name=re.compile(f"^Change.*{question}")).click()
    sheet = sheet_of(person)
    person.fills("What is it about", answer, within=sheet)
    person.chooses("Known", within=sheet)
    person.fills("Source", source, within=sheet)
    person.fills("Second source", second_source, within=sheet)
    person.presses("Save", within=sheet)
    expect(person.page.get_by_role("region", name="Known 1")).to_contain_text(answer, timeout=PATIENCE)


def sees_it_turn_red(person: Person) -> None:
    """While nobody has assessed it, the crisis rises with its alert, on a page that nobody reloads."""
    person.is_live()
    expect(person.page.get_by_role("main")).to_contain_text("Red · Critical", timeout=STORM)


def assesses(person: Person, crisis: str, words: Mapping[str, str]) -> None:
    """It is true and could have been prevented; what follows appears while one chooses."""
    person.opens(f"{crisis}assess/new/")
    person.page.get_by_role("radio", name=re.compile("^Red")).check()
    person.chooses(re.compile("^True"))
    person.chooses(re.compile("^Preventable"))
    expect(person.page.get_by_role("region", name="What follows")).to_contain_text("Rebuild", timeout=PATIENCE)
    for label, text in words.items():
        person.fills(label, text)
    person.presses("Save the first assessment")
    person.sees("Assessment, version 1")


def looks_after(person: Person, crisis: str, kind: str, measure: str) -> None:
    """A stakeholder gets a measure."""
    person.opens(f"{crisis}assess/")
    person.page.get_by_role("link", name=re.compile(f"^Add.*{kind}")).click()
    sheet = sheet_of(person)
    person.fills("Measure", measure, within=sheet)
    person.presses("Save", within=sheet)
    person.sees(measure)
