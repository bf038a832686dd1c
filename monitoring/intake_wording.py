"""What people and programs are told of the posts that they bring: codes in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.models import FileImport

Said = tuple[int, str]  # HTTP status, and what to do


def problem_text(code: str) -> str:
    """Why a record was refused; see `monitoring.intake.records.Problem`."""
    return {
        "not-an-object": _("This is not a JSON object."),
        "not-json": _("This is not JSON."),
        "unknown-field": _("There is no such field."),
        "wrong-type": _("This must be text."),
        "too-long": _("This is too long."),
        "required": _("This is missing."),
        "not-a-url": _("This is not a whole web address that begins with http:// or https://."),
        "not-a-time": _("This time cannot be read; write it like 2026-03-02T11:00:00+08:00."),
        "too-early": _("This time is before 1990."),
        "in-the-future": _("This time is still to come."),
        "unknown-precision": _("This must be second, minute, hour, day or month."),
        "not-a-count": _("This is not a count."),
        "not-a-language": _("This is not a language tag such as zh-TW."),
        "erased": _("Its author or address was deleted on request; it is not captured again."),
        "more-cells": _("This row has more cells than the header."),
    }.get(code, code)


def refusal_text(code: str) -> Said:
    """Why a request was refused as a whole, with its HTTP status."""
    return {
        "no-token": (401, _("Send the token of a source: Authorization: Bearer …")),
        "unknown": (401, _("This token is not known here.")),
        "revoked": (401, _("This token was revoked.")),
        "signature": (401, _("The signature does not fit what was sent.")),
        "wrong-kind": (403, _("This token is for another kind of source.")),
        "removed": (403, _("The source of this token was removed.")),
        "paused": (403, _("The source of this token is paused.")),
        "method": (405, _("Send this with POST.")),
        "too-large": (413, _("This is more than 5 MB; send it in parts.")),
        "too-many-items": (413, _("This is more than 500 posts; send them in parts.")),
        "content-type": (415, _("This content type is not read here.")),
        "not-json": (400, _("This is not JSON.")),
        "encoding": (415, _("Send this plain or packed with gzip, whole.")),
        "shape": (400, _("Send an object with a list named posts.")),
        "rejected": (422, _("No post could be read from this.")),
        "too-many": (429, _("This token sent too many requests; wait as long as Retry-After says.")),
    }[code]


def table_problem(problem: str) -> str:
    """Why a file cannot be read; see `monitoring.intake.spreadsheets.TableError`."""
    code = problem.partition(":")[0]
    return {
        "unknown-format": _(
            "This is no table: neither CSV nor Excel (.xlsx) nor JSON. Export it again as .xlsx or CSV."
        ),
        "other-workbook": _(
            "This is another kind of archive or workbook. Save it as .xlsx or CSV; unpack a ZIP first."
        ),
        "too-large-whole": _("A file of this kind is read up to 20 MB. Save it as .xlsx, as CSV or as JSON lines."),
        "old-excel": _("This is an old Excel file. Open it in Excel and save it as .xlsx."),
        "empty": _("This file is empty."),
        "malformed": _("This file is broken: it could not be read to its end."),
        "too-many-columns": _("This file has more than 500 columns."),
        "too-many-rows": _("This file has more than 500,000 rows, or a workbook more than 3 million cells; split it."),
        "line-too-long": _("A line of this file is longer than 4 million characters: it is not a table."),
        "bomb": _("This workbook unpacks to more than 200 MB; save it as CSV."),
        "encrypted": _("This workbook has a password; save it without one."),
        "too-large": _("This file is larger than 50 MB; split it."),
    }.get(code, code)


def mapping_problem(code: str) -> str:
    """What a choice of columns lacks."""
    return {
        "text": _("Choose which column holds the text or the title."),
        "twice": _("A column can hold one thing only."),
    }[code]


def target_text(target: str) -> str:
    """What a column can hold."""
    return {
        "text": _("Text"),
        "title": _("Title"),
        "url": _("Address"),
        "published_at": pgettext("fact", "Published"),
        "time": _("Time of day, in a column of its own"),
        "author": _("Author"),
        "snippet": _("Excerpt, where there is no text"),
        "id": _("Identifier"),
        "reply_to": _("Answers the post"),
        "reposts": _("Reposts"),
        "comments": _("Comments"),
        "likes": _("Likes"),
        "views": pgettext("figure", "Views"),
    }[target]


def look_text(kind: str) -> str:
    """What the cells of a column look like; see `monitoring.intake.cells.Look`."""
    return {
        "url": _("addresses"),
        "time": _("times"),
        "count": _("numbers"),
        "long": _("long texts"),
        "short": _("short texts"),
        "empty": _("empty"),
    }[kind]


def picture_problem(code: str) -> str:
    """Why a picture was not taken."""
    return {
        "not-a-picture": _("This is not a PNG, JPEG or WebP picture."),
        "too-large": _("This picture is too large; up to 10 MB can be kept."),
    }[code]


def import_state(file_import: FileImport) -> str:
    """How far a file is: waiting (for its columns), reading, done, partly (some rows rejected), broken or parked."""
    if file_import.parked_at:
        return "parked"
    if not file_import.mapping:
        return "waiting"
    if not file_import.finished_at:
        return "reading"
    if file_import.problem:
        return "broken"
    return "partly" if file_import.rejected else "done"


def import_state_text(state: str) -> str:
    """The same in words."""
    return {
        "parked": _("Stopped by a fault of ours"),
        "waiting": _("Waits for its columns"),
        "reading": _("Being read"),
        "broken": _("Could not be read to its end"),
        "partly": _("Read, some rows rejected"),
        "done": _("Read"),
    }[state]


def wrong_intake_state(code: str) -> str:
    """Why something cannot be done any more."""
    return {
        "started": _("This file is being read already."),
        "revoked": _("This token was revoked already."),
        "not-pushed": _("This source is visited; nothing can be sent to it."),
        "already-subscribed": _("This mailbox is a source already."),
        "drill": _("What a drill reads comes and goes with it."),
    }[code]


def mailbox_text(code: str, detail: str) -> str:
    """How a trial of a mailbox ended."""
    return {
        "ok": _("The mailbox answers. Mails in the folder: %(detail)s"),
        "login": _("The server refused the user name or the password."),
        "layout": _("There is no such folder on the server: %(detail)s"),
        "refused-address": _("This address is closed to Sentinel: %(detail)s"),
        "unresolvable": _("No server has this name."),
        "tls": _("The server's certificate is not valid."),
        "timeout": _("The server did not answer in time."),
        "out-of-time": _("The server did not answer in time."),
    }.get(code, _("The server did not answer as a mailbox does: %(detail)s")) % {"detail": detail}
