"""A plan: drafted from its template, sent back, written anew, approved, and said in public."""

import re

from playwright.sync_api import expect

from tests.story.person import PATIENCE, Person


def drafts_the_plan(person: Person, crisis: str) -> None:
    """The first version begins with the strategies and texts that follow the verdict."""
    person.opens(f"{crisis}plan/")
    person.presses("Draft a plan")
    person.page.wait_for_url(re.compile(r"/plans/\d+/$"))


def writes_the_statement(person: Person, text: str) -> None:
    """What the blanks of the template asked for; kept without a button."""
    with person.page.expect_response(lambda answer: answer.url.endswith("/save/") and answer.ok):
        person.page.get_by_role("textbox", name="Text", exact=True).locator("visible=true").fill(text)
    expect(person.page.locator('[data-part="saved"]')).to_contain_text("saved", timeout=PATIENCE)


def promises(person: Person, text: str) -> None:
    """What is said in public that we will do, and who does it."""
    rows = person.page.locator(".item-rows li")
    before = rows.count()
    person.presses("Add a row")
    expect(rows).to_have_count(before + 1, timeout=PATIENCE)
    row = rows.last
    person.fills("What", text, within=row)
    person.field("Who does it", within=row).select_option(label=person.name)
    row.get_by_label("Public promise").check()


def submits_the_plan(person: Person, number: int) -> None:
    """It waits for a manager who did not write it."""
    person.page.get_by_role("button", name=re.compile(f"^Submit v{number}")).click()
    person.sees("can decide on it")


def sends_the_plan_back(person: Person, number: int, reason: str) -> None:
    """On the phone, from the list of what waits."""
    person.opens(f"{person.home}plans/")
    person.page.get_by_role("link", name=re.compile(f" v{number} ")).click()
    person.presses("Send back")
    sheet = person.page.get_by_role("dialog", name=f"Send v{number} back")
    person.chooses("Something is missing", within=sheet)
    person.fills("What should be changed", reason, within=sheet)
    person.presses("Send back with this reason", within=sheet)
    person.sees(f"Version {number} is sent back.")


def writes_the_next_version(person: Person, crisis: str, reason: str) -> None:
    """The reason stands on the plan."""
    person.opens(f"{crisis}plan/")
    person.sees(reason)
    person.presses("Write the next version")
    person.page.wait_for_url(re.compile(r"/plans/\d+/$"))


def approves_the_plan(person: Person, number: int, *, changed: str, reason: str) -> None:
    """He sees what changed since he sent it back, and decides."""
    person.opens(f"{person.home}plans/")
    person.page.get_by_role("link", name=re.compile(f" v{number} ")).click()
    person.sees(f"against v{number - 1}, which you sent back")
    expect(person.page.locator(".change-list ins").filter(has_text=changed).first).to_be_visible(timeout=PATIENCE)
    person.presses(f"Approve A v{number}")
    sheet = person.page.get_by_role("dialog", name=f"Approve A v{number}")
    person.fills("Why this one", reason, within=sheet)
    person.presses("Approve", within=sheet)
    person.sees(f"Candidate A of version {number} is approved.")
