"""What larger thing an audit entry belongs to; the index is built without stopping the writers of a long trail."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("core", "0002_audit_is_append_only")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="thread",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("thread", ""), _negated=True), fields=["thread", "at"], name="audit_thread"
            ),
        ),
    ]
