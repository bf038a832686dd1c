"""Said, kept, learnt, closed: from the first public word to a keyword that would see it sooner."""

import re
from io import BytesIO
from pathlib import Path

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.instance import wait_for
from tests.story.person import PATIENCE, Person

SOON = 60  # seconds in which a site that is visited every five has been read, on a machine that is busy


def publishes(person: Person, crisis: str, channel: str) -> None:
    """It is out."""
    person.opens(f"{crisis}act/")
    statements = person.page.get_by_role("region", name="Statements")
    person.presses("It is published", within=statements.get_by_role("group").filter(has_text=channel))
    expect(person.page.get_by_role("region", name="Published")).to_contain_text("Public position", timeout=PATIENCE)


def finds_among_what_was_captured(person: Person, words: str) -> None:
    """The ordinary crawler has read our own words on the sites of the drill."""

    def is_there() -> bool:
        person.opens(f"{person.home}mentions/")
        return person.page.get_by_role("main").get_by_text(words).count() > 0

    wait_for(is_there, SOON, every=0.5)


def keeps_the_promise(person: Person, promise: str, shows_it: str) -> None:
    """From one's own work, with what shows that it was kept."""
    person.opens(f"{person.home}my-work/")
    person.follows(promise)
    person.fills("What shows that it is done", shows_it)
    person.presses("Done")
    expect(person.page.get_by_role("link", name=promise)).to_have_count(0)


def reviews(person: Person, crisis: str, *, cause: str, department: str, well: str, badly: str) -> None:
    """Why it happened, down to the department."""
    person.opens(f"{crisis}review/")
    person.fills("Cause", cause)
    person.field("Responsible department").select_option(label=department)
    person.fills("What went well", well)
    person.fills("What went badly", badly)
    person.presses("Save")
    person.sees("saved by")


def adds_a_corrective_action(person: Person, crisis: str, text: str) -> None:
    """What will be different."""
    person.opens(f"{crisis}review/")
    person.follows("Add a corrective action")
    person.fills("What will be different from now on", text)
    person.field("Owner").select_option(label=person.name)
    person.presses("Add")
    person.sees(text)


def turns_it_into_a_keyword(person: Person, crisis: str, action: str, word: str) -> None:
    """The topic learns a word, and says from where it has it."""
    person.opens(f"{crisis}review/")
    person.presses(f"More for {action}")
    person.follows("Turn into a keyword")
    query = person.page.get_by_role("textbox", name="Query")
    query.fill(f"{query.input_value()} OR {word}")
    person.presses("Publish as a new version and link it")
    chip = person.page.get_by_role("link", name=re.compile("^Keyword: .* v2"))
    expect(chip).to_be_visible(timeout=PATIENCE)
    chip.click()
    person.sees("From corrective action")
    person.sees("version 2 is live")


def finishes_the_action(person: Person, crisis: str, action: str, result: str) -> None:
    """Done, with what shows it."""
    person.opens(f"{crisis}review/")
    person.page.get_by_role("link", name=f"Done {action}").click()
    person.fills("What shows that it is done", result)
    person.presses("Done")
    person.sees("done by")


def closes_the_crisis(person: Person, crisis: str, note: str) -> None:
    """It is over; three looks back are planned."""
    person.opens(f"{crisis}close/")
    person.page.get_by_role("main").get_by_role("textbox").fill(note)
    person.presses("Close the crisis")
    person.sees("Closed by")
    person.opens(f"{crisis}review/")
    for days in (7, 30, 90):
        person.sees(f"after {days} days")


def downloads_the_report(person: Person, crisis: str) -> str:
    """The text of the handling report, as a reader of the PDF gets it, without white space."""
    person.opens(f"{crisis}report/")
    with person.page.expect_download(timeout=60_000) as download:
        person.follows("Download PDF")
    pages = PdfReader(BytesIO(Path(download.value.path()).read_bytes())).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def ends_the_drill(person: Person) -> None:
    """Its sites close, and it says how it went."""
    person.opens(f"{person.home}drill/")
    person.presses("End now")
    person.presses("End the drill")
    person.page.wait_for_url(re.compile(r"/drill/\d+/$"))


def removes_the_drill(person: Person) -> None:
    """Everything that it brought goes in one step."""
    person.presses("Remove its data")
    person.presses("Remove", within=person.page.get_by_role("dialog"))
    person.sees("This report and the audit trail stay")
