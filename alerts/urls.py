"""Addresses of the first start, and of the board, rules and outlets below `/w/<workspace>/`."""

from django.urls import path

from alerts.views import board, setup

urlpatterns = [
    path("setup/<str:token>/", setup.setup, name="setup"),
    path("setup/<str:token>/preview/<slug:part>/", setup.preview, name="setup-preview"),
    path("w/<slug:workspace>/", board.board, name="board"),
    path("w/<slug:workspace>/queue/", board.queue, name="board-queue"),
    path("w/<slug:workspace>/summary/", board.summary, name="board-summary"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/", board.preview, name="alert-preview"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/claim/", board.claim, name="alert-claim"),
    path("w/<slug:workspace>/alerts/<int:alert_id>/close/", board.close, name="alert-close"),
]
