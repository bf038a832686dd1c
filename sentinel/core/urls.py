"""Addresses of people, workspaces and the installation."""

from django.urls import path

from sentinel.core.views import account, audit, health, invitations, live, people, signing, system

urlpatterns = [
    path("", signing.home, name="home"),
    path("login/", signing.sign_in, name="login"),
    path("logout/", signing.sign_out, name="logout"),
    path("language/", signing.choose_language, name="set-language"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("w/<slug:workspace>/live/", live.missed, name="live-missed"),
    path("w/<slug:workspace>/people/", people.people, name="people"),
    path("w/<slug:workspace>/people/invite/", people.invite, name="people-invite"),
    path("w/<slug:workspace>/people/invitations/<int:invitation>/withdraw/", people.withdraw, name="people-withdraw"),
    path("w/<slug:workspace>/people/<int:member>/roles/", people.change_roles, name="people-roles"),
    path("w/<slug:workspace>/people/<int:member>/remove/", people.remove, name="people-remove"),
    path("w/<slug:workspace>/audit/", audit.audit, name="audit"),
    path("w/<slug:workspace>/audit/export/", audit.export, name="audit-export"),
    path("w/<slug:workspace>/system/", system.status, name="system-status"),
    path("w/<slug:workspace>/system/<slug:stage>/release/", system.release, name="system-release"),
]
