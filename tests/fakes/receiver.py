"""A webhook's receiver on loopback: it keeps what it is sent and answers as it is told."""

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Received:
    """One request, header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class RecordingReceiver(ThreadingHTTPServer):
    """`with RecordingReceiver() as receiver:`; the statuses in `answers` are given one after the other, then 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.place = f"127.0.0.1:{self.server_port}"
        self.url = f"http://{self.place}/in?token=secret"
        self.received: list[Received] = []
        self.answers: list[int] = []
        self.says = b"ok"
        self.slow = 0.0  # seconds before each answer

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: RecordingReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        time.sleep(self.server.slow)
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.server.says)))
        self.end_headers()
        self.wfile.write(self.server.says)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
