"""Addresses of sources, mentions and posts, below `/w/<workspace>/`; and of the interface, below `/api/v1/`."""

from django.urls import path

from monitoring.views import api, entry, imports, mentions, posts, source_editing, sources, tokens

urlpatterns = [
    path("w/<slug:workspace>/mentions/", mentions.mention_list, name="mention-list"),
    path("w/<slug:workspace>/posts/<int:post_id>/", posts.post, name="post"),
    path("w/<slug:workspace>/posts/<int:post_id>/author/", posts.post_reveal, name="post-reveal"),
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
    path("w/<slug:workspace>/entries/add/", entry.entry_add, name="entry-add"),
    path("w/<slug:workspace>/attachments/<int:capture_id>/", entry.attachment, name="attachment"),
    path("w/<slug:workspace>/collectors/add/", tokens.collector_add, name="collector-add"),
    path("w/<slug:workspace>/collectors/add/<str:kind>/", tokens.collector_add, name="collector-add-kind"),
    path("w/<slug:workspace>/collectors/<int:source_id>/", tokens.collector, name="collector"),
    path("w/<slug:workspace>/collectors/<int:source_id>/edit/", tokens.collector_edit, name="collector-edit"),
    path("w/<slug:workspace>/collectors/<int:source_id>/tokens/", tokens.token_add, name="token-add"),
    path("w/<slug:workspace>/tokens/<int:token_id>/revoke/", tokens.token_revoke, name="token-revoke"),
    path("w/<slug:workspace>/imports/", imports.import_list, name="import-list"),
    path("w/<slug:workspace>/imports/add/", imports.import_add, name="import-add"),
    path("w/<slug:workspace>/imports/<int:import_id>/", imports.import_page, name="import"),
    path("w/<slug:workspace>/imports/<int:import_id>/columns/", imports.import_map, name="import-map"),
    path("w/<slug:workspace>/imports/<int:import_id>/rejected/", imports.import_rejected, name="import-rejected"),
    path("api/v1/posts", api.api_posts, name="api-posts"),
    path("api/v1/inbox", api.inbox_hook, name="inbox-hook"),
    path("api/v1/inbox/<str:name>", api.inbox_hook, name="inbox-hook-named"),
    path("api/v1/openapi.json", api.api_openapi, name="api-openapi"),
]
