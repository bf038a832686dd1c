"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import path

from playbooks.views import crises

urlpatterns = [
    path("w/<slug:workspace>/crises/", crises.crisis_list, name="crisis-list"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/", crises.crisis, name="crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/frame/", crises.frame, name="crisis-frame"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/mentions/", crises.crisis_mentions, name="crisis-mentions"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/move/", crises.move, name="crisis-move"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/edit/", crises.edit, name="crisis-edit"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/close/", crises.close, name="crisis-close"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/log/", crises.log, name="crisis-log"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/team/", crises.team, name="crisis-team"),
]
