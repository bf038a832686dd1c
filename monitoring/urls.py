"""Addresses of sources, mentions and posts, all below `/w/<workspace>/`."""

from django.urls import path

from monitoring.views import mentions, posts, source_actions, source_editing, sources

urlpatterns = [
    path("w/<slug:workspace>/mentions/", mentions.mention_list, name="mention-list"),
    path("w/<slug:workspace>/posts/<int:post_id>/", posts.post, name="post"),
    path("w/<slug:workspace>/posts/<int:post_id>/author/", posts.post_reveal, name="post-reveal"),
    path("w/<slug:workspace>/sources/", sources.source_list, name="source-list"),
    path("w/<slug:workspace>/sources/live/", sources.source_list_live, name="source-list-live"),
    path("w/<slug:workspace>/sources/notices/", sources.source_notices, name="source-notices"),
    path("w/<slug:workspace>/sources/add/", source_editing.source_add, name="source-add"),
    path("w/<slug:workspace>/sources/add/<str:kind>/", source_editing.source_add, name="source-add-kind"),
    path("w/<slug:workspace>/sources/hosts/<int:host_id>/close/", source_actions.host_disallow, name="host-disallow"),
    path("w/<slug:workspace>/sources/<int:source_id>/", sources.source, name="source"),
    path("w/<slug:workspace>/sources/<int:source_id>/live/", sources.source_live, name="source-live"),
    path("w/<slug:workspace>/sources/<int:source_id>/log/", sources.source_log, name="source-log"),
    path(
        "w/<slug:workspace>/sources/<int:source_id>/notices/<int:notice_id>/seen/",
        source_actions.source_notice_seen,
        name="source-notice-seen",
    ),
    path("w/<slug:workspace>/sources/<int:source_id>/edit/", source_editing.source_edit, name="source-edit"),
    path("w/<slug:workspace>/sources/<int:source_id>/pause/", source_actions.source_pause, name="source-pause"),
    path("w/<slug:workspace>/sources/<int:source_id>/resume/", source_actions.source_resume, name="source-resume"),
    path("w/<slug:workspace>/sources/<int:source_id>/visit/", source_actions.source_visit, name="source-visit"),
    path("w/<slug:workspace>/sources/<int:source_id>/remove/", source_actions.source_remove, name="source-remove"),
]
