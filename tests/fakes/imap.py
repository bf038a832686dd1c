"""A mail server that speaks enough IMAP over TLS (RFC 9051) for a mailbox to be read, and misbehaves on request."""

import base64
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

Misdeed = str  # silent, drip, huge-literal, endless-lines, nonsense, cut


@dataclass
class Mailroom:
    """Mails by UID, what was asked for, and how the server behaves."""

    mails: dict[int, bytes] = field(default_factory=dict)
    folder: str = "INBOX"
    uid_validity: int = 7
    user: str = "inbox@yaori.example"
    password: str = "geheim"
    misdeed: Misdeed = ""
    has_plain: bool = True
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def talk(self, wire: ssl.SSLSocket) -> None:
        """Answer one client until it leaves."""
        if self.misdeed == "silent":
            time.sleep(30)
        self._say(wire, b"* OK ready")
        file = wire.makefile("rb")
        while line := file.readline():
            tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
            self.asked.append(command)
            if not self._answer(wire, file, tag, command):
                return

    def _answer(self, wire: ssl.SSLSocket, file: IO[bytes], tag: str, command: str) -> bool:
        verb = command.upper()
        if verb.startswith("CAPABILITY"):
            plain = " AUTH=PLAIN" if self.has_plain else ""
            self._say(wire, f"* CAPABILITY IMAP4rev1{plain}".encode())
        elif verb.startswith("AUTHENTICATE PLAIN"):
            self._say(wire, b"+ ")
            given = base64.b64decode(file.readline().strip())
            if given != f"\0{self.user}\0{self.password}".encode():
                return self._say(wire, f"{tag} NO wrong".encode())
        elif verb.startswith("LOGIN"):
            if command != f'LOGIN "{self.user}" "{self.password}"':
                return self._say(wire, f"{tag} NO wrong".encode())
        elif verb.startswith("EXAMINE"):
            if command != f'EXAMINE "{self.folder}"':
                return self._say(wire, f"{tag} NO no such folder".encode())
            self._say(wire, f"* {len(self.mails)} EXISTS".encode())
            self._say(wire, f"* OK [UIDVALIDITY {self.uid_validity}] valid".encode())
        elif verb.startswith("UID SEARCH"):
            self._say(wire, b"* SEARCH " + " ".join(map(str, self._found(command))).encode())
        elif verb.startswith("UID FETCH"):
            if not self._fetch(wire, command):
                return False
        elif verb.startswith("LOGOUT"):
            return False
        return self._say(wire, f"{tag} OK done".encode())

    def _found(self, command: str) -> list[int]:
        after = re.search(r"UID (\d+):\*", command[4:])
        if after is None:
            return sorted(self.mails)
        newer = [uid for uid in sorted(self.mails) if uid >= int(after[1])]
        return newer or sorted(self.mails)[-1:]  # `*` is the last one, whatever stands before it

    def _fetch(self, wire: ssl.SSLSocket, command: str) -> bool:
        uid = int(command.split()[2])
        mail = self.mails[uid][:2_000_000]
        if self.misdeed == "huge-literal":
            self._say(wire, b"* 1 FETCH (BODY[] {9999999999}")
        elif self.misdeed == "nonsense":
            self._say(wire, b"\xff\xfe nonsense")
        elif self.misdeed == "cut":
            return False
        elif self.misdeed == "endless-lines":
            while True:
                wire.sendall(b"* 1 EXISTS\r\n" * 1000)
        elif self.misdeed == "drip":
            for _ in range(1000):
                wire.sendall(b"*")
                time.sleep(0.05)
        else:
            wire.sendall(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, len(mail)) + mail + b")\r\n")
        return True

    def _say(self, wire: ssl.SSLSocket, line: bytes) -> bool:
        wire.sendall(line + b"\r\n")
        return True


@contextmanager
def serving_mail(room: Mailroom, context: ssl.SSLContext) -> Iterator[Mailroom]:
    """Serve the mailroom on a free loopback port, which it then knows."""
    listener = socket.create_server(("127.0.0.1", 0))
    room.port = listener.getsockname()[1]

    def talk(plain: socket.socket) -> None:
        with suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as wire:
            room.talk(wire)

    def accept() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                threading.Thread(target=talk, args=(plain,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield room
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
