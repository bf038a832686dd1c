"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import path

from playbooks.views import crises

urlpatterns = [
    path("w/<slug:workspace>/crises/", crises.crisis_list, name="crisis-list"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/", crises.crisis, name="crisis"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/frame/", crises.frame, name="crisis-frame"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/mentions/", crises.crisis_mentions, name="crisis-mentions"),
    path("w/<slug:workspace>/crises/<int:crisis_id>/move/", crises.move, name="crisis-move"),
]
