"""An audit entry stays for ever; only its subject's name may go, where a person asked for deletion."""

from django.db import migrations

ALLOW_TOMBSTONES = """
CREATE OR REPLACE FUNCTION core_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'audit entries are append-only';
  END IF;
  IF current_setting('sentinel.erasing', true) = 'on'
     AND NEW.object_label = '' AND NEW.data ? 'erased'
     AND (NEW.id, NEW.at, NEW.workspace_id, NEW.actor_id, NEW.actor_name, NEW.verb, NEW.object_kind, NEW.object_id,
          NEW.thread) IS NOT DISTINCT FROM
         (OLD.id, OLD.at, OLD.workspace_id, OLD.actor_id, OLD.actor_name, OLD.verb, OLD.object_kind, OLD.object_id,
          OLD.thread)
     AND NEW.data - 'erased' <@ OLD.data THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit entries are append-only';
END $$;
"""
REFUSE = """
CREATE OR REPLACE FUNCTION core_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are append-only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_drills")]
    operations = [migrations.RunSQL(ALLOW_TOMBSTONES, REFUSE)]
