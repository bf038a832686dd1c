"""Addresses of the drill, all below `/w/<workspace>/drill/`."""

from django.urls import path

from sentinel.drill.views import drills, scenarios

urlpatterns = [
    path("w/<slug:workspace>/drill/", drills.drill, name="drill"),
    path("w/<slug:workspace>/drill/banner/", drills.banner, name="drill-banner"),
    path("w/<slug:workspace>/drill/live/", drills.live, name="drill-live"),
    path("w/<slug:workspace>/drill/start/", drills.start, name="drill-start"),
    path("w/<slug:workspace>/drill/<int:drill_id>/", drills.report, name="drill-report"),
    path("w/<slug:workspace>/drill/<int:drill_id>/end/", drills.end, name="drill-end"),
    path("w/<slug:workspace>/drill/<int:drill_id>/remove/", drills.remove, name="drill-remove"),
    path("w/<slug:workspace>/drill/scenarios/upload/", scenarios.upload, name="drill-scenario-upload"),
    path("w/<slug:workspace>/drill/scenarios/own/<int:scenario_id>/", scenarios.own, name="drill-scenario-own"),
    path(
        "w/<slug:workspace>/drill/scenarios/own/<int:scenario_id>/delete/",
        scenarios.delete,
        name="drill-scenario-delete",
    ),
    path("w/<slug:workspace>/drill/scenarios/<slug:key>/", scenarios.built_in, name="drill-scenario"),
]
