"""What a source brought last."""

from monitoring.models import Sighting, Source

SHOWN = 5
AMONG = 1_000  # captured last: a visit brings posts in any order, and old ones are read back meanwhile


def newest_of(source: Source) -> list[Sighting]:
    """The posts that were published last, of those that were captured last."""
    recent = Sighting.objects.filter(source=source).order_by("-captured_at", "-pk")[:AMONG]
    found = Sighting.objects.filter(pk__in=recent.values("pk")).select_related("post")
    return list(found.order_by("post__is_history", "-post__placed_at", "-pk")[:SHOWN])
