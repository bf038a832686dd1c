"""Addresses of the crisis workflow, all below `/w/<workspace>/`; a verb of `playbooks.workflow` is `<thing>-<verb>`."""

from django.urls import URLPattern, path

from playbooks.views import reports

CRISIS = "w/<slug:workspace>/crises/<int:crisis_id>/"

urlpatterns: list[URLPattern] = [
    path(CRISIS + "report/", reports.crisis_report, name="crisis-report"),
    path(CRISIS + "report.pdf", reports.crisis_report_pdf, name="crisis-report-pdf"),
]
