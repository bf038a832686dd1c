"""Addresses of the board, rules and outlets, all below `/w/<workspace>/`."""

from django.urls import path

from alerts.views import board, mentions, rules, topics

urlpatterns = [
    path("w/<slug:workspace>/", board.board, name="board"),
    path("w/<slug:workspace>/queue/", board.queue, name="board-queue"),
    path("w/<slug:workspace>/summary/", board.summary, name="board-summary"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/", board.preview, name="alert-preview"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/claim/", board.claim, name="alert-claim"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/close/", board.close, name="alert-close"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/mentions/", mentions.alert_mentions, name="alert-mentions"),
    path("w/<slug:workspace>/topics/", topics.topic_list, name="topic-list"),
    path("w/<slug:workspace>/topics/add/", topics.topic_add, name="topic-add"),
    path("w/<slug:workspace>/topics/test/", topics.topic_test, name="topic-test"),
    path("w/<slug:workspace>/topics/<int:topic_id>/", topics.topic_edit, name="topic-edit"),
    path("w/<slug:workspace>/topics/<int:topic_id>/publish/", topics.topic_publish, name="topic-publish"),
    path("w/<slug:workspace>/topics/<int:topic_id>/rename/", topics.topic_rename, name="topic-rename"),
    path("w/<slug:workspace>/topics/<int:topic_id>/archive/", topics.topic_archive, name="topic-archive"),
    path("w/<slug:workspace>/rules/<int:rule_id>/", rules.rule_edit, name="rule-edit"),
]
