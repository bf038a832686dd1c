"""The drill's loopback web: a small server for each site, in daemon threads of whatever process keeps the drill.

It keeps nothing and decides nothing: what a site shows is `sentinel.drill.storyline`'s word. A process that ends takes
its servers along; the next one that is asked starts them again and goes on with the same story.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from sentinel.drill.scenario import SITES
from sentinel.drill.sites import forum, news, weibo
from sentinel.drill.sites.answers import Answer, Asked, Render
from sentinel.drill.storyline import Run

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
TIMEOUT = 10.0  # seconds that a silent client is waited for
LOOKS_UP_EVERY = 0.1  # seconds until a server notices that it shall stop
RENDERERS: dict[str, Render] = {"news": news.answer, "forum": forum.answer, "weibo": weibo.answer}
ROBOTS = Answer(b"User-agent: *\nAllow: /\n", "text/plain; charset=utf-8")
NOT_FOUND = Answer(b"<h1>404</h1>", status=404)
NO_DRILL = Answer(b"no drill is running", "text/plain; charset=utf-8", 503)
FAILED = Answer(b"", "text/plain; charset=utf-8", 500)


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


class DrillWeb:
    """The sites of a drill. `find_run` says what is being played, None while nothing is; `ports` are by site."""

    def __init__(
        self,
        find_run: Callable[[], Run | None],
        ports: Mapping[str, int],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.find_run, self.ports, self.clock = find_run, dict(ports), clock
        self._servers: dict[str, _SiteServer] = {}

    def start(self) -> dict[str, int]:
        """Serve the sites that are not served yet; returns the ports that this process holds, by site.

        A port that somebody else holds is left to them: another process that serves the same drill, as a rule.
        """
        for site in SITES:
            if site not in self._servers:
                server = self._bind(site)
                if server:
                    self._servers[site] = server
                    name, told = f"drill-{site}", {"poll_interval": LOOKS_UP_EVERY}
                    threading.Thread(target=server.serve_forever, name=name, kwargs=told, daemon=True).start()
        return {site: self.ports[site] for site in self._servers}

    def stop(self) -> None:
        """Close the sites; their ports are free afterwards."""
        while self._servers:
            _site, server = self._servers.popitem()
            server.shutdown()
            server.server_close()

    def _bind(self, site: str) -> "_SiteServer | None":
        try:
            return _SiteServer((HOST, self.ports[site]), site, self)
        except OSError as error:
            logger.info("the drill's %s is not served from here: %s", site, error)
            return None

    def answer(self, site: str, target: str) -> Answer:
        """What the site says to a request for `target`; a fault of ours is an answer too."""
        if target == "/robots.txt":
            return ROBOTS
        try:
            run = self.find_run()
            if run is None:
                return NO_DRILL
            return RENDERERS[site](Asked(run, f"{HOST}:{self.ports[site]}", target, self.clock())) or NOT_FOUND
        except Exception:
            logger.exception("the drill's %s could not answer %s", site, target)
            return FAILED


class _SiteServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(self, address: tuple[str, int], site: str, web: DrillWeb) -> None:
        self.site, self.web = site, web
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of our troubles."""
        logger.debug("a request to the drill's %s broke off", self.site, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _SiteServer
    timeout = TIMEOUT
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "SentinelDrill", ""

    def do_GET(self) -> None:
        answer = self.server.web.answer(self.server.site, self.path)
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        is_known = answer.status == 200 and tag in self.headers.get("If-None-Match", "")
        self.send_response(304 if is_known else answer.status)
        if answer.status == 200:
            self.send_header("ETag", tag)
        if not is_known:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.command == "GET" and not is_known:
            self.wfile.write(answer.body)

    do_HEAD = do_GET  # noqa: N815  the library's name

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the crawler keeps its own log of visits."""
