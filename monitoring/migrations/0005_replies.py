from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built beside a table that is being written to

    dependencies = [("monitoring", "0004_collecting")]

    operations = [
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(condition=models.Q(('reply_to__isnull', False)), fields=['reply_to'], name='post_replies'),
        ),
    ]
