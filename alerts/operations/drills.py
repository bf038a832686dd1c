"""What a drill leaves in the alerts room, taken away again."""

from django.db import transaction

from alerts.models import Alert, Rule
from monitoring.models import Topic


@transaction.atomic
def forget_alerts(*, topic: Topic) -> None:
    """Delete the alerts of a drill's topic with their course and messages, and its rules; the caller audits."""
    if not topic.is_drill:
        raise ValueError("only a drill is forgotten")
    Alert.objects.filter(topic=topic).delete()  # with events and deliveries
    rules = Rule.objects.filter(topic=topic)
    rules.update(current=None)  # its versions go with it
    rules.delete()
