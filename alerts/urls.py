"""Addresses of the first start, and of the board, rules and outlets below `/w/<workspace>/`."""

from django.urls import path

from alerts.views import board, mentions, outlets, rules, setup, topics

urlpatterns = [
    path("setup/<str:token>/", setup.setup, name="setup"),
    path("setup/<str:token>/preview/<slug:part>/", setup.preview, name="setup-preview"),
    path("workspaces/add/", setup.workspace_add, name="workspace-add"),
    path("workspaces/add/preview/<slug:part>/", setup.workspace_preview, name="workspace-preview"),
    path("w/<slug:workspace>/", board.board, name="board"),
    path("w/<slug:workspace>/queue/", board.queue, name="board-queue"),
    path("w/<slug:workspace>/summary/", board.summary, name="board-summary"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/", board.preview, name="alert-preview"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/claim/", board.claim, name="alert-claim"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/close/", board.close, name="alert-close"),
    path("w/<slug:workspace>/outlets/", outlets.outlet_list, name="outlet-list"),
    path("w/<slug:workspace>/outlets/add/<str:kind>/", outlets.outlet_add, name="outlet-add"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/", outlets.delivery_list, name="delivery-list"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/edit/", outlets.outlet_edit, name="outlet-edit"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/key/", outlets.outlet_key, name="outlet-key"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/test/", outlets.outlet_test, name="outlet-test"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/disable/", outlets.outlet_disable, name="outlet-disable"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/enable/", outlets.outlet_enable, name="outlet-enable"),
    path("w/<slug:workspace>/outlets/<int:outlet_id>/remove/", outlets.outlet_remove, name="outlet-remove"),
    path("w/<slug:workspace>/deliveries/<int:delivery_id>/again/", outlets.delivery_again, name="delivery-again"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/mentions/", mentions.alert_mentions, name="alert-mentions"),
    path("w/<slug:workspace>/posts/<int:post_id>/alerts/", mentions.post_alerts, name="post-alerts"),
    path("w/<slug:workspace>/topics/", topics.topic_list, name="topic-list"),
    path("w/<slug:workspace>/topics/add/", topics.topic_add, name="topic-add"),
    path("w/<slug:workspace>/topics/test/", topics.topic_test, name="topic-test"),
    path("w/<slug:workspace>/topics/<int:topic_id>/", topics.topic_edit, name="topic-edit"),
    path("w/<slug:workspace>/topics/<int:topic_id>/publish/", topics.topic_publish, name="topic-publish"),
    path("w/<slug:workspace>/topics/<int:topic_id>/rename/", topics.topic_rename, name="topic-rename"),
    path("w/<slug:workspace>/topics/<int:topic_id>/archive/", topics.topic_archive, name="topic-archive"),
    path("w/<slug:workspace>/rules/<int:rule_id>/", rules.rule_edit, name="rule-edit"),
]
