"""Addresses of sources, mentions and posts, all below `/w/<workspace>/`."""

from django.urls import path

from monitoring.views import feed_lists, mentions, posts, source_detecting, source_editing, sources

urlpatterns = [
    path("w/<slug:workspace>/mentions/", mentions.mention_list, name="mention-list"),
    path("w/<slug:workspace>/posts/<int:post_id>/", posts.post, name="post"),
    path("w/<slug:workspace>/posts/<int:post_id>/author/", posts.post_reveal, name="post-reveal"),
    path("w/<slug:workspace>/sources/", sources.source_list, name="source-list"),
    path("w/<slug:workspace>/sources/live/", sources.source_list_live, name="source-list-live"),
    path("w/<slug:workspace>/sources/add/", source_detecting.source_detect, name="source-add"),
    path("w/<slug:workspace>/sources/add/feeds/", feed_lists.feed_list_add, name="feed-list-add"),
    path("w/<slug:workspace>/sources/add/feeds/result/", feed_lists.feed_list_result, name="feed-list-result"),
    path("w/<slug:workspace>/sources/opml/", feed_lists.feed_list_export, name="feed-list-export"),
    path("w/<slug:workspace>/sources/add/by-hand/<str:kind>/", source_editing.source_add, name="source-add-kind"),
    path("w/<slug:workspace>/sources/hosts/<int:host_id>/close/", sources.host_disallow, name="host-disallow"),
    path("w/<slug:workspace>/sources/<int:source_id>/", sources.source, name="source"),
    path("w/<slug:workspace>/sources/<int:source_id>/live/", sources.source_live, name="source-live"),
    path("w/<slug:workspace>/sources/<int:source_id>/edit/", source_editing.source_edit, name="source-edit"),
    path("w/<slug:workspace>/sources/<int:source_id>/pause/", sources.source_pause, name="source-pause"),
    path("w/<slug:workspace>/sources/<int:source_id>/resume/", sources.source_resume, name="source-resume"),
    path("w/<slug:workspace>/sources/<int:source_id>/visit/", sources.source_visit, name="source-visit"),
    path("w/<slug:workspace>/sources/<int:source_id>/remove/", sources.source_remove, name="source-remove"),
]
