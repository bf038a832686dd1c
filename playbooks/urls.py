"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import path

from playbooks.views import approvals, cosigns, crises, plans

urlpatterns = [
    path("w/<slug:workspace>/crises/", crises.crisis_list, name="crisis-list"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/", crises.crisis, name="crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/frame/", crises.frame, name="crisis-frame"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/mentions/", crises.crisis_mentions, name="crisis-mentions"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/move/", crises.move, name="crisis-move"),
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
