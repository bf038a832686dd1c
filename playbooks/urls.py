"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import path

from monitoring.operations.erasing import connect
from playbooks.operations.erasing import Copies
from playbooks.views import (
    acting,
    actions,
    approvals,
    assessments,
    collecting,
    cosigns,
    crises,
    emergency,
    evidence,
    evidence_export,
    facts,
    holding,
    plans,
    reports,
    reviews,
    stakeholders,
    statements,
    tasks,
    team,
    work,
)

# Known wherever a deletion can be asked for: no view runs before its addresses are loaded.
connect(Copies())

urlpatterns = [
    path("w/<slug:workspace>/crises/", crises.crisis_list, name="crisis-list"),
    path("w/<slug:workspace>/crises/open/", crises.crisis_open, name="crisis-open"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/crisis/", crises.alert_crisis, name="alert-crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/", crises.crisis, name="crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/frame/", crises.frame, name="crisis-frame"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/mentions/", crises.crisis_mentions, name="crisis-mentions"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/move/", crises.move, name="crisis-move"),
    # act
    path("w/<slug:workspace>/crises/<int:crisis_id>/act/", acting.act, name="crisis-act"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/tasks/add/", tasks.task_add, name="task-add"),
    path("w/<slug:workspace>/tasks/<int:task_id>/", tasks.task_hand_over, name="task-hand-over"),
    path("w/<slug:workspace>/tasks/<int:task_id>/finish/", tasks.task_finish, name="task-finish"),
    path("w/<slug:workspace>/tasks/<int:task_id>/reopen/", tasks.task_reopen, name="task-reopen"),
    path("w/<slug:workspace>/tasks/<int:task_id>/cancel/", tasks.task_cancel, name="task-cancel"),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/statements/draft/",
        statements.statement_draft,
        name="statement-draft",
    ),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/statements/check/",
        statements.statement_check,
        name="statement-check",
    ),
    path("w/<slug:workspace>/statements/<int:statement_id>/edit/", statements.statement_edit, name="statement-edit"),
    path(
        "w/<slug:workspace>/statements/<int:statement_id>/submit/", statements.statement_submit, name="statement-submit"
    ),
    path(
        "w/<slug:workspace>/statements/<int:statement_id>/approve/",
        statements.statement_approve,
        name="statement-approve",
    ),
    path(
        "w/<slug:workspace>/statements/<int:statement_id>/return/", statements.statement_return, name="statement-return"
    ),
    path(
        "w/<slug:workspace>/statements/<int:statement_id>/publish/",
        statements.statement_publish,
        name="statement-publish",
    ),
    path(
        "w/<slug:workspace>/statements/<int:statement_id>/discard/",
        statements.statement_discard,
        name="statement-discard",
    ),
    # review
    path("w/<slug:workspace>/crises/<int:crisis_id>/review/", reviews.review, name="crisis-review"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/review/save/", reviews.review_save, name="review-save"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/actions/add/", actions.action_add, name="action-add"),
    path("w/<slug:workspace>/actions/<int:action_id>/", actions.action_edit, name="action-edit"),
    path("w/<slug:workspace>/actions/<int:action_id>/finish/", actions.action_finish, name="action-finish"),
    path("w/<slug:workspace>/actions/<int:action_id>/reopen/", actions.action_reopen, name="action-reopen"),
    path("w/<slug:workspace>/actions/<int:action_id>/topic/", actions.action_topic, name="action-topic"),
    path("w/<slug:workspace>/actions/<int:action_id>/rule/", actions.action_rule, name="action-rule"),
    path("w/<slug:workspace>/topics/<int:topic_id>/actions/", actions.topic_actions, name="topic-actions"),
    path("w/<slug:workspace>/rules/<int:rule_id>/actions/", actions.rule_actions, name="rule-actions"),
    path("w/<slug:workspace>/watches/<int:watch_id>/check/", reviews.watch_check, name="watch-check"),
    # what one owes, and what is authorised ahead
    path("w/<slug:workspace>/my-work/", work.work, name="work"),
    path("w/<slug:workspace>/holding/", holding.holding_texts, name="holding-texts"),
    path("w/<slug:workspace>/holding/check/", holding.holding_check, name="holding-check"),
    path("w/<slug:workspace>/holding/authorise/", holding.holding_authorise, name="holding-authorise"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/overview/", crises.overview, name="crisis-overview"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/side/", crises.side, name="crisis-side"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/edit/", crises.edit, name="crisis-edit"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/close/", crises.close, name="crisis-close"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/reopen/", crises.reopen, name="crisis-reopen"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/log/", crises.log, name="crisis-log"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/note/", crises.note, name="crisis-note"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/report/", reports.crisis_report, name="crisis-report"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/report.pdf", reports.crisis_report_pdf, name="crisis-report-pdf"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/team/", team.team, name="crisis-team"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/team/seat/", team.team_seat, name="team-seat"),
    path("w/<slug:workspace>/seats/<int:member_id>/unseat/", team.team_unseat, name="team-unseat"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/take-charge/", team.crisis_take_charge, name="crisis-take-charge"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/progress/", team.crisis_progress, name="crisis-progress"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/emergency/", emergency.measure_list, name="measure-list"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/measures/add/", emergency.measure_propose, name="measure-propose"),
    path("w/<slug:workspace>/measures/<int:measure_id>/approve/", emergency.measure_approve, name="measure-approve"),
    path("w/<slug:workspace>/measures/<int:measure_id>/decline/", emergency.measure_decline, name="measure-decline"),
    path("w/<slug:workspace>/measures/<int:measure_id>/finish/", emergency.measure_finish, name="measure-finish"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/holding/", emergency.holding, name="holding"),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/holding/release/", emergency.holding_release, name="holding-release"
    ),
    path("w/<slug:workspace>/crises/<int:crisis_id>/holding/submit/", emergency.holding_submit, name="holding-submit"),
    path("w/<slug:workspace>/holding/<int:statement_id>/approve/", emergency.holding_approve, name="holding-approve"),
    path("w/<slug:workspace>/holding/<int:statement_id>/return/", emergency.holding_return, name="holding-return"),
    # collect
    path("w/<slug:workspace>/crises/<int:crisis_id>/collect/", collecting.collect, name="crisis-collect"),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/evidence/export/",
        evidence_export.evidence_export,
        name="evidence-export",
    ),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/evidence/exports/",
        evidence_export.evidence_exports,
        name="evidence-exports",
    ),
    path(
        "w/<slug:workspace>/evidence/exports/<int:export_id>/",
        evidence_export.evidence_download,
        name="evidence-download",
    ),
    path("w/<slug:workspace>/crises/<int:crisis_id>/evidence/file/", evidence.evidence_file, name="evidence-file"),
    path("w/<slug:workspace>/posts/<int:post_id>/crises/", evidence.post_crises, name="post-crises"),
    path("w/<slug:workspace>/posts/<int:post_id>/evidence/", evidence.post_evidence, name="post-evidence"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/facts/add/", facts.fact_add, name="fact-add"),
    path("w/<slug:workspace>/crises/facts/<int:fact_id>/", facts.fact_edit, name="fact-edit"),
    path("w/<slug:workspace>/crises/facts/<int:fact_id>/settle/", facts.fact_settle, name="fact-settle"),
    path("w/<slug:workspace>/crises/facts/<int:fact_id>/remove/", facts.fact_remove, name="fact-remove"),
    # assess
    path("w/<slug:workspace>/crises/<int:crisis_id>/assess/", assessments.assess_page, name="crisis-assess"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/assess/new/", assessments.assessment_add, name="assessment-add"),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/assess/advice/",
        assessments.assessment_advice,
        name="assessment-advice",
    ),
    path(
        "w/<slug:workspace>/crises/<int:crisis_id>/stakeholders/add/",
        stakeholders.stakeholder_add,
        name="stakeholder-add",
    ),
    path(
        "w/<slug:workspace>/crises/stakeholders/<int:stakeholder_id>/",
        stakeholders.stakeholder_edit,
        name="stakeholder-edit",
    ),
    path(
        "w/<slug:workspace>/crises/stakeholders/<int:stakeholder_id>/remove/",
        stakeholders.stakeholder_remove,
        name="stakeholder-remove",
    ),
    path("w/<slug:workspace>/crises/<int:crisis_id>/plan/", plans.crisis_plan, name="crisis-plan"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/plan/draft/", plans.draft, name="plan-draft"),
    path("w/<slug:workspace>/plans/", plans.plan_overview, name="plan-list"),
    path("w/<slug:workspace>/plans/waiting/", plans.plan_waiting, name="plan-waiting"),
    path("w/<slug:workspace>/plans/<int:plan_id>/", plans.plan, name="plan"),
    path("w/<slug:workspace>/plans/<int:plan_id>/save/", plans.save, name="plan-save"),
    path("w/<slug:workspace>/plans/<int:plan_id>/check/", plans.check, name="plan-check"),
    path("w/<slug:workspace>/plans/<int:plan_id>/submit/", plans.submit, name="plan-submit"),
    path("w/<slug:workspace>/plans/<int:plan_id>/withdraw/", plans.withdraw, name="plan-withdraw"),
    path("w/<slug:workspace>/plans/<int:plan_id>/revise/", plans.revise, name="plan-revise"),
    path("w/<slug:workspace>/plans/<int:plan_id>/approve/", approvals.approval, name="plan-approval"),
    path("w/<slug:workspace>/plans/<int:plan_id>/approve/decide/", approvals.approve, name="plan-approve"),
    path("w/<slug:workspace>/plans/<int:plan_id>/return/", approvals.send_back, name="plan-return"),
    path("w/<slug:workspace>/cosigns/<int:cosign_id>/answer/", cosigns.answer, name="cosign-answer"),
]
