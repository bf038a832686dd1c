from django.db import migrations

TABLES = ('postrevision', 'figures', 'postcapture')


class Migration(migrations.Migration):
    dependencies = [('monitoring', '0017_sheets_of_workbooks')]

    # Earlier versions, counts, and which answer showed them are evidence too: they go with their post, and never change.
    operations = [
        migrations.RunSQL(
            f"""CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON monitoring_{table}
                   FOR EACH ROW EXECUTE FUNCTION monitoring_refuse_change()""",
            f'DROP TRIGGER {table}_is_never_changed ON monitoring_{table}',
        )
        for table in TABLES
    ]
