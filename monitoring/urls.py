"""Addresses of sources, mentions and posts, all below `/w/<workspace>/`."""

from django.urls import path

from monitoring.views import judging, mentions, posts, snapshots, source_editing, sources

urlpatterns = [
    path("w/<slug:workspace>/mentions/", mentions.mention_list, name="mention-list"),
    path("w/<slug:workspace>/posts/<int:post_id>/", posts.post, name="post"),
    path("w/<slug:workspace>/posts/<int:post_id>/author/", posts.post_reveal, name="post-reveal"),
    path("w/<slug:workspace>/posts/<int:post_id>/citing/", posts.post_citing, name="post-citing"),
    path("w/<slug:workspace>/posts/<int:post_id>/judge/", judging.post_judge, name="post-judge"),
    path("w/<slug:workspace>/posts/<int:post_id>/mood/", judging.post_mood, name="post-mood"),
    path("w/<slug:workspace>/posts/<int:post_id>/dismiss/", judging.post_dismiss, name="post-dismiss"),
    path("w/<slug:workspace>/posts/<int:post_id>/restore/", judging.post_restore, name="post-restore"),
    path(
        "w/<slug:workspace>/posts/<int:post_id>/snapshots/<int:capture_id>/",
        snapshots.post_snapshot,
        name="post-snapshot",
    ),
    path(
        "w/<slug:workspace>/posts/<int:post_id>/snapshots/<int:capture_id>/verify/",
        snapshots.post_verify,
        name="post-verify",
    ),
    path("w/<slug:workspace>/sources/", sources.source_list, name="source-list"),
    path("w/<slug:workspace>/sources/live/", sources.source_list_live, name="source-list-live"),
    path("w/<slug:workspace>/sources/add/", source_editing.source_add, name="source-add"),
    path("w/<slug:workspace>/sources/add/<str:kind>/", source_editing.source_add, name="source-add-kind"),
    path("w/<slug:workspace>/sources/hosts/<int:host_id>/close/", sources.host_disallow, name="host-disallow"),
    path("w/<slug:workspace>/sources/<int:source_id>/", sources.source, name="source"),
    path("w/<slug:workspace>/sources/<int:source_id>/live/", sources.source_live, name="source-live"),
    path("w/<slug:workspace>/sources/<int:source_id>/edit/", source_editing.source_edit, name="source-edit"),
    path("w/<slug:workspace>/sources/<int:source_id>/pause/", sources.source_pause, name="source-pause"),
    path("w/<slug:workspace>/sources/<int:source_id>/resume/", sources.source_resume, name="source-resume"),
    path("w/<slug:workspace>/sources/<int:source_id>/visit/", sources.source_visit, name="source-visit"),
    path("w/<slug:workspace>/sources/<int:source_id>/remove/", sources.source_remove, name="source-remove"),
]
