"""The crisis workflow's rows: crises with their facts, assessments, plans, statements, tasks and reviews."""

from playbooks.models.assessing import Assessment, Stakeholder
from playbooks.models.crises import Crisis, CrisisQuerySet, Evidence, Fact, TeamMember
from playbooks.models.emergency import EmergencyMeasure, HoldingText
from playbooks.models.exports import EvidenceExport, ExportPiece
from playbooks.models.plans import Approval, Candidate, Cosign, Plan, PlanAuthor, PlanItem
from playbooks.models.reviewing import CorrectiveAction, Review, Watch
from playbooks.models.statements import Statement
from playbooks.models.tasks import Task, TaskQuerySet

__all__ = [
    "Approval",
    "Assessment",
    "Candidate",
    "CorrectiveAction",
    "Cosign",
    "Crisis",
    "CrisisQuerySet",
    "EmergencyMeasure",
    "Evidence",
    "EvidenceExport",
    "ExportPiece",
    "Fact",
    "HoldingText",
    "Plan",
    "PlanAuthor",
    "PlanItem",
    "Review",
    "Stakeholder",
    "Statement",
    "Task",
    "TaskQuerySet",
    "TeamMember",
    "Watch",
]
