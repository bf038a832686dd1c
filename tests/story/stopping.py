"""The first minutes of a crisis: who leads, what stops the harm, and the first words."""

import re

from playwright.sync_api import expect

from tests.story.person import PATIENCE, Person


def gives_a_seat(person: Person, crisis: str, who: Person, duty: str, department: str) -> None:
    """Somebody sits in the control centre, with a duty."""
    person.opens(f"{crisis}team/")
    seat = person.page.locator("#seat-form")
    person.field("Person", within=seat).select_option(label=who.name)
    person.field("Duty", within=seat).select_option(label=duty)
    person.fills("Department", department, within=seat)
    person.presses("Save the seat", within=seat)
    expect(person.page.get_by_role("row", name=re.compile(f"{who.name}.*{duty}"))).to_be_visible(timeout=PATIENCE)


def takes_over(person: Person, crisis: str) -> None:
    """Who commands says so; nobody wonders any longer."""
    person.opens(crisis)
    person.presses("I have taken over")
    expect(person.page.get_by_role("button", name="I have taken over")).to_have_count(0, timeout=PATIENCE)


def goes_on_to(person: Person, stage: str) -> None:
    """The work moves to the next stage, whatever is still missing."""
    person.presses("More for this crisis")
    person.presses(stage, within=person.page.locator("#stage-menu"))
    expect(person.page.get_by_role("link", name=re.compile(rf"^{stage} \(current stage\)"))).to_be_visible(
        timeout=PATIENCE
    )


def proposes_a_measure(person: Person, crisis: str, text: str) -> None:
    """By key, from the overview."""
    person.opens(crisis)
    person.is_live()
    person.page.keyboard.press("e")
    person.page.get_by_text("Add a measure").click()
    person.fills("What is done", text)
    person.presses("Propose it")
    person.sees(text, within=person.page.get_by_role("dialog", name="Emergency measures"))


def approves_the_measure(person: Person, crisis: str, text: str) -> None:
    """One touch on the phone."""
    person.opens(crisis)
    person.page.get_by_role("button", name="Emergency measures").click()
    sheet = person.page.get_by_role("dialog", name="Emergency measures")
    person.sees(text, within=sheet)
    person.presses("Approve", within=sheet)
    person.sees("Approved by", within=sheet)


def carries_out_the_measure(person: Person, result: str) -> None:
    """The sheet that is still open has learnt of the approval by itself."""
    sheet = person.page.get_by_role("dialog", name="Emergency measures")
    person.fills("What came of it", result, within=sheet)
    person.presses("Carried out", within=sheet)
    person.sees(result, within=sheet)
    person.page.keyboard.press("Escape")


def authorises_a_holding_text(person: Person, text: str) -> None:
    """Words for the first minutes, authorised before they are needed."""
    person.opens(f"{person.home}holding/")
    person.fills("Text", text)
    person.presses("Authorise")
    person.sees("Version 1")


def submits_the_holding_statement(person: Person, crisis: str, text: str) -> None:
    """Staff fills it in; it waits for whoever may decide at once."""
    person.opens(crisis)
    person.page.keyboard.press("h")
    sheet = person.page.get_by_role("dialog", name="Holding statement")
    person.fills("Text", text, within=sheet)
    sheet.get_by_role("button", name=re.compile("^Submit to")).click()
    person.sees("Submitted by", within=sheet)


def releases_the_holding_statement(person: Person, crisis: str) -> None:
    """One touch: approved, and out."""
    person.opens(crisis)
    person.page.get_by_role("button", name="Holding statement").click()
    sheet = person.page.get_by_role("dialog", name="Holding statement")
    person.presses("Approve and publish", within=sheet)
    person.sees("Published", within=sheet)
