"""How many new posts a source brings in an hour: its habit, which stays when posts are gone."""

from datetime import datetime

from django.db import connection

from monitoring.models import Source


def note_volume(*, source: Source, stored_new: int, now: datetime) -> None:
    """Add posts that were stored for the first time and are no history to the running hour."""
    if stored_new <= 0:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_volume AS volume (source_id, hour, posts) VALUES (%s, %s, %s)
               ON CONFLICT (source_id, hour) DO UPDATE SET posts = volume.posts + EXCLUDED.posts""",
            [source.pk, now.replace(minute=0, second=0, microsecond=0), stored_new],
        )
