"""What is on file already is held, so that no retention takes it."""

from django.db import migrations

HOLD = """
INSERT INTO monitoring_posthold (post_id, workspace_id, reason, held_at)
SELECT evidence.post_id, crisis.workspace_id, 'crisis:' || crisis.id, min(evidence.added_at)
  FROM playbooks_evidence AS evidence JOIN playbooks_crisis AS crisis ON crisis.id = evidence.crisis_id
 WHERE evidence.post_id IS NOT NULL
 GROUP BY evidence.post_id, crisis.workspace_id, crisis.id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0002_decisions_are_guarded"), ("monitoring", "0004_collecting")]
    operations = [migrations.RunSQL(HOLD, migrations.RunSQL.noop)]
