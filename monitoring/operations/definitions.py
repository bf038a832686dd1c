"""What a source is read by: its definition in versions, and its secrets, encrypted and never shown again."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken

from monitoring.models import Source, SourceVersion
from sentinel.core.models import User
from sentinel.core.secrets import decrypt, encrypt


def definition_hash(kind: str, definition: dict[str, Any], zone: str) -> str:
    """What makes two definitions the same source: what is read, how, and in whose time."""
    text = json.dumps([kind, definition, zone], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(secrets: Mapping[str, str]) -> str:
    """The kind's secret fields that are filled, encrypted; empty where none is."""
    filled = {name: value for name, value in secrets.items() if value}
    return encrypt(json.dumps(filled)) if filled else ""


def unsealed(source: Source) -> dict[str, str]:
    """The secret fields of a source, for a visit alone: no page shows them."""
    secrets: dict[str, str] = json.loads(decrypt(source.secrets)) if source.secrets else {}
    return secrets


def readable_secrets(source: Source) -> dict[str, str]:
    """The same for who edits the source; none where no key fits any more, so that they can be typed in again."""
    try:
        return unsealed(source)
    except InvalidToken:
        return {}


def full_definition(source: Source) -> dict[str, Any]:
    """The definition with its secrets, as a kind takes it."""
    return {**source.definition, **unsealed(source)}


def keep_version(*, source: Source, by: User | None, now: datetime) -> None:
    """Write down what the source's definition is from now on."""
    SourceVersion.objects.create(
        source=source,
        number=source.version,
        definition=source.definition,
        zone=source.zone,
        created_at=now,
        created_by=by,
    )
