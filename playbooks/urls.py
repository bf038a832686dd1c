"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import path

from playbooks.views import (
    approvals,
    assessments,
    collecting,
    cosigns,
    crises,
    emergency,
    evidence,
    facts,
    plans,
    reports,
    stakeholders,
    team,
)

urlpatterns = [
    path("w/<slug:workspace>/crises/", crises.crisis_list, name="crisis-list"),
    path("w/<slug:workspace>/crises/open/", crises.crisis_open, name="crisis-open"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/crisis/", crises.alert_crisis, name="alert-crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/", crises.crisis, name="crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/frame/", crises.frame, name="crisis-frame"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/mentions/", crises.crisis_mentions, name="crisis-mentions"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/move/", crises.move, name="crisis-move"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/overview/", crises.overview, name="crisis-overview"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/side/", crises.side, name="crisis-side"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/edit/", crises.edit, name="crisis-edit"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/close/", crises.close, name="crisis-close"),
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
    path("w/<slug:workspace>/holding/texts/", emergency.holding_texts, name="holding-texts"),
    # collect
    path("w/<slug:workspace>/crises/<int:crisis_id>/collect/", collecting.collect, name="crisis-collect"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/evidence/file/", evidence.evidence_file, name="evidence-file"),
    path("w/<slug:workspace>/posts/<int:post_id>/crises/", evidence.post_crises, name="post-crises"),
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
]

# 回應方案
urlpatterns += [
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
