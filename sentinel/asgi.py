"""The web process: pages over HTTP, the doorbell over websockets."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
http = get_asgi_application()

from sentinel import celery  # noqa: E402, F401  connects the wakes of this process
from sentinel.core.consumers import LiveConsumer  # noqa: E402  models are ready only now

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/<slug:workspace>/", LiveConsumer.as_asgi())]))  # type: ignore[list-item, arg-type]
        ),
    }
)
