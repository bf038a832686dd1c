"""The database itself refuses what would make an approval worthless."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION playbooks_is_drill(plan bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT crisis.is_drill FROM playbooks_crisis AS crisis
    JOIN playbooks_plan AS plan ON plan.crisis_id = crisis.id WHERE plan.id = $1
$$;

CREATE FUNCTION playbooks_guard_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'draft' THEN
      RAISE EXCEPTION 'a plan begins as a draft' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM playbooks_plan WHERE crisis_id = NEW.crisis_id AND status = 'approved') THEN
      RAISE EXCEPTION 'a new version voids the approval first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.status <> 'draft' AND (NEW.stance, NEW.risks, NEW.number, NEW.crisis_id, NEW.assessment_id, NEW.created_by_id)
     IS DISTINCT FROM (OLD.stance, OLD.risks, OLD.number, OLD.crisis_id, OLD.assessment_id, OLD.created_by_id) THEN
    RAISE EXCEPTION 'what was submitted is not edited' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status = OLD.status
     OR (OLD.status = 'draft' AND NEW.status = 'submitted')
     OR (OLD.status = 'submitted' AND NEW.status = 'draft')
     OR (OLD.status = 'submitted' AND NEW.status = 'approved' AND EXISTS (
           SELECT FROM playbooks_approval WHERE plan_id = NEW.id AND decision = 'approve' AND voided_at IS NULL))
     OR (OLD.status = 'submitted' AND NEW.status = 'returned' AND EXISTS (
           SELECT FROM playbooks_approval WHERE plan_id = NEW.id AND decision = 'return'))
     OR (OLD.status = 'approved' AND NEW.status = 'void' AND EXISTS (
           SELECT FROM playbooks_approval WHERE plan_id = NEW.id AND voided_at IS NOT NULL)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a plan does not go from % to % so', OLD.status, NEW.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER playbooks_plan_guard BEFORE INSERT OR UPDATE ON playbooks_plan
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_plan();

CREATE FUNCTION playbooks_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  IF (SELECT status FROM playbooks_plan WHERE id = part.plan_id) <> 'draft'
     AND NOT (TG_OP = 'DELETE' AND playbooks_is_drill(part.plan_id)) THEN
    RAISE EXCEPTION 'what was submitted is not edited' USING ERRCODE = 'check_violation';
  END IF;
  RETURN part;
END $$;
CREATE TRIGGER playbooks_candidate_guard BEFORE INSERT OR UPDATE OR DELETE ON playbooks_candidate
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_part();
CREATE TRIGGER playbooks_planitem_guard BEFORE INSERT OR UPDATE OR DELETE ON playbooks_planitem
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_part();
CREATE TRIGGER playbooks_planauthor_guard BEFORE INSERT OR UPDATE OR DELETE ON playbooks_planauthor
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_part();

CREATE FUNCTION playbooks_guard_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT playbooks_is_drill(OLD.plan_id) THEN
      RAISE EXCEPTION 'a decision is for ever' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.plan_id, NEW.decision, NEW.candidate_id, NEW.reason, NEW.decided_at, NEW.decided_by_id)
       IS DISTINCT FROM (OLD.plan_id, OLD.decision, OLD.candidate_id, OLD.reason, OLD.decided_at, OLD.decided_by_id)
       OR OLD.voided_at IS NOT NULL THEN
      RAISE EXCEPTION 'a decision is for ever' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (SELECT status FROM playbooks_plan WHERE id = NEW.plan_id) <> 'submitted' THEN
    RAISE EXCEPTION 'only what was submitted is decided' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM playbooks_planauthor WHERE plan_id = NEW.plan_id AND user_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'an author does not decide' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.candidate_id IS NOT NULL
     AND (SELECT plan_id FROM playbooks_candidate WHERE id = NEW.candidate_id) <> NEW.plan_id THEN
    RAISE EXCEPTION 'the candidate belongs to another version' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER playbooks_approval_guard BEFORE INSERT OR UPDATE OR DELETE ON playbooks_approval
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_approval();

CREATE FUNCTION playbooks_guard_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_drill boolean := (SELECT crisis.is_drill FROM playbooks_crisis AS crisis
                        WHERE crisis.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.crisis_id ELSE NEW.crisis_id END);
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'draft' AND NOT is_drill THEN
      RAISE EXCEPTION 'what was submitted is not thrown away' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'draft' THEN
      RAISE EXCEPTION 'a statement begins as a draft' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT status FROM playbooks_plan WHERE id = NEW.plan_id) <> 'draft' THEN
      RAISE EXCEPTION 'what was submitted is not edited' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.status <> 'draft' AND
     (NEW.crisis_id, NEW.plan_id, NEW.kind, NEW.channel, NEW.audience, NEW.language, NEW.title, NEW.text,
      NEW.next_update_at, NEW.created_by_id)
     IS DISTINCT FROM
     (OLD.crisis_id, OLD.plan_id, OLD.kind, OLD.channel, OLD.audience, OLD.language, OLD.title, OLD.text,
      OLD.next_update_at, OLD.created_by_id) THEN
    RAISE EXCEPTION 'what was submitted is not edited' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status = 'published' AND
     (NEW.status, NEW.published_at, NEW.published_by_id) IS DISTINCT FROM
     (OLD.status, OLD.published_at, OLD.published_by_id) THEN
    RAISE EXCEPTION 'what was published stays published' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status = 'draft' AND NEW.text IS DISTINCT FROM OLD.text
     AND (SELECT status FROM playbooks_plan WHERE id = NEW.plan_id) <> 'draft' THEN
    RAISE EXCEPTION 'what was submitted is not edited' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status IN ('approved', 'published') AND OLD.status <> NEW.status AND NEW.plan_id IS NOT NULL
     AND (SELECT status FROM playbooks_plan WHERE id = NEW.plan_id) <> 'approved' THEN
    RAISE EXCEPTION 'the plan of this statement is not approved' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER playbooks_statement_guard BEFORE INSERT OR UPDATE OR DELETE ON playbooks_statement
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_statement();

CREATE FUNCTION playbooks_guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an assessment is not changed: the next one gets the next number' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER playbooks_assessment_guard BEFORE UPDATE ON playbooks_assessment
  FOR EACH ROW EXECUTE FUNCTION playbooks_guard_assessment();
"""
FREE = """
DROP TRIGGER playbooks_assessment_guard ON playbooks_assessment;
DROP TRIGGER playbooks_statement_guard ON playbooks_statement;
DROP TRIGGER playbooks_approval_guard ON playbooks_approval;
DROP TRIGGER playbooks_planauthor_guard ON playbooks_planauthor;
DROP TRIGGER playbooks_planitem_guard ON playbooks_planitem;
DROP TRIGGER playbooks_candidate_guard ON playbooks_candidate;
DROP TRIGGER playbooks_plan_guard ON playbooks_plan;
DROP FUNCTION playbooks_guard_assessment();
DROP FUNCTION playbooks_guard_statement();
DROP FUNCTION playbooks_guard_approval();
DROP FUNCTION playbooks_guard_part();
DROP FUNCTION playbooks_guard_plan();
DROP FUNCTION playbooks_is_drill(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0001_crisis")]
    operations = [migrations.RunSQL(GUARDS, FREE)]
