"""The web process: pages over HTTP, the doorbell over websockets."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
http = get_asgi_application()

from monitoring.operations.imports import LARGEST as LARGEST_FILE  # noqa: E402
from monitoring.views.api import LARGEST as LARGEST_BATCH  # noqa: E402
from sentinel import celery  # noqa: E402, F401  connects the wakes of this process
from sentinel.core import middleware  # noqa: E402
from sentinel.core.bodies import BoundedBodies  # noqa: E402
from sentinel.core.consumers import LiveConsumer  # noqa: E402  models are ready only now

FIELDS = 1024 * 1024  # bytes of the fields beside a file, and of what frames them
application = ProtocolTypeRouter(
    {
        "http": BoundedBodies(http, most=LARGEST_FILE + FIELDS, most_under={middleware.INTERFACES: LARGEST_BATCH}),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/<slug:workspace>/", LiveConsumer.as_asgi())]))  # type: ignore[list-item, arg-type]
        ),
    }
)
