"""A mail server on loopback that keeps what it is sent, or refuses it."""

import socketserver
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


@dataclass(frozen=True)
class Received:
    """One mail: the envelope, and the message both as it came and parsed."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]


class RecordingSmtp(socketserver.ThreadingTCPServer):
    """`with RecordingSmtp() as server:`; `refusal` is what it answers to a recipient instead of 250."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port: int = self.server_address[1]
        self.received: list[Received] = []
        self.refusal = ""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: RecordingSmtp

    def handle(self) -> None:
        sender, recipients = "", list[str]()
        self.answer("220 fake")
        while line := self.rfile.readline():
            verb, _space, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "MAIL":
                    sender, recipients = _address(rest), []
                    self.answer("250 ok")
                case "RCPT":
                    recipients.append(_address(rest))
                    self.answer(self.server.refusal or "250 ok")
                case "DATA":
                    self.answer("354 go on")
                    self.server.received.append(Received(sender, recipients, self.read_message()))
                    self.answer("250 taken")
                case "QUIT":
                    self.answer("221 bye")
                    return
                case _:
                    self.answer("250 ok")

    def read_message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def answer(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]
