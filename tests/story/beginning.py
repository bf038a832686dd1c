"""A team that did not exist, and a drill that begins for all of them."""

import re

from playwright.sync_api import Browser, expect

from tests.story.person import PATIENCE, Person

CALM = 90_000  # milliseconds; a scenario begins with an ordinary minute
PASSWORD = "correct-horse-14"


def sets_up(admin: Person, link: str, *, workspace: str) -> None:
    """By the link that a new installation prints, the first person makes a workspace."""
    admin.opens(link)
    admin.fills("Name", admin.name)
    admin.fills("E-mail", "shufen@yaori.example")
    admin.fills("Password, 12 characters or more", PASSWORD)
    admin.fills("Name of the workspace", workspace)
    admin.fills("Brand names", workspace)
    admin.page.get_by_label("Brand names", exact=True).press("Enter")
    admin.presses("Create and invite people")
    admin.page.wait_for_url("**/people/")


def invites(admin: Person, browser: Browser, name: str, email: str, role: str, *, phone: bool = False) -> Person:
    """Somebody gets a link from the admin, opens it at a screen of their own, and is a member."""
    admin.fills("For whom", name)
    for one in ("PR staff", "Manager"):
        admin.page.get_by_role("group", name="Roles").get_by_label(one).set_checked(one == role)
    admin.presses("Make an invitation link")
    link = admin.page.locator("#fresh-url").input_value()
    guest = Person(browser, admin.address, name, phone=phone)
    guest.opens(link)
    guest.fills("E-mail", email)
    guest.fills("Password, 12 characters or more", PASSWORD)
    guest.presses("Create account and join")
    guest.page.wait_for_url(re.compile(r"/w/[^/]+/$"))
    return guest


def starts_the_drill(person: Person, speed: str, *, colleagues: bool) -> None:
    """The scenario of food safety, told on sites of its own."""
    person.opens(f"{person.home}drill/")
    person.page.get_by_role("radio", name=re.compile("鮮乳瓶底")).check()
    person.page.get_by_role("radio", name=speed, exact=True).check()
    person.page.get_by_label("Practice colleagues play along").set_checked(colleagues)
    person.presses("Start the drill")
    expect(person.page.get_by_role("list", name="Phases of the story")).to_be_visible(timeout=PATIENCE)


def notices(person: Person) -> None:
    """The first complaint has become an alert on a board that stood open all the time."""
    expect(person.page.get_by_role("table", name="Alerts")).to_contain_text("鮮乳瓶底", timeout=CALM)


def claims_by_key(person: Person) -> None:
    """J chooses it, A claims it."""
    person.page.keyboard.press("j")
    chosen = person.page.get_by_role("complementary", name="Selected alert")
    expect(chosen.get_by_role("button", name="Claim", exact=True)).to_be_visible(timeout=PATIENCE)
    person.page.keyboard.press("a")
    person.sees(f"{person.name} has it", within=chosen)


def opens_a_crisis(person: Person) -> str:
    """A file is opened from the alert; its address."""
    person.presses("Open a crisis")
    person.page.wait_for_url(re.compile(r"/crises/\d+/$"))
    return person.page.url.removeprefix(person.address)
