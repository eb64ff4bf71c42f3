"""A real mail server on loopback: GreenMail, which takes mails over SMTP and gives them over IMAP, with mailboxes in memory."""

import fcntl
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import cache, java
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.waiting import wait_for
from aftercare_cli.testing.reaper import reaper
from imap_tools.mailbox import MailBoxUnencrypted

VERSION = "2.1.5"
ARTIFACT = f"com.icegreen:greenmail-standalone:{VERSION}"
SUPPORT, BUYER = "support@shop.example.com", "li.wei@mail.example.com"
PASSWORD = "only for the mail server of tests"


class NoMailServer(Exception):
    """The server is not installed and cannot be downloaded here."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The running server. Each address has a mailbox, whose name is the address."""

    smtp_port: int
    imap_port: int

    def settings(self) -> dict[str, object]:
        """The settings by which the service uses this server."""
        return {
            "email_address": SUPPORT,
            "email_smtp_host": "127.0.0.1",
            "email_smtp_port": self.smtp_port,
            "email_smtp_security": "none",
            "email_imap_host": "127.0.0.1",
            "email_imap_port": self.imap_port,
            "email_imap_security": "none",
            "email_imap_username": SUPPORT,
            "email_imap_password": PASSWORD,
        }

    def post(self, raw: bytes, sender: str = BUYER, recipient: str = SUPPORT) -> None:
        """Send a mail as it is."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.sendmail(sender, [recipient], raw)

    def mailbox(self, address: str) -> list[bytes]:
        """The mails of an address, oldest first."""
        with self._open(address) as box:
            return [bytes(each.obj) for each in box.fetch(mark_seen=False)]

    def empty(self, *addresses: str) -> None:
        """Delete all mails of these addresses."""
        for address in addresses:
            with self._open(address) as box:
                box.delete(box.uids())

    def _open(self, address: str) -> MailBoxUnencrypted:
        box = MailBoxUnencrypted("127.0.0.1", self.imap_port, timeout=30)
        box.login(address, PASSWORD)
        return box


def jar() -> Path:
    """The server, downloaded once per machine by Maven. Raises: NoMailServer where there is no Maven."""
    found = cache() / f"greenmail-standalone-{VERSION}.jar"
    if found.exists():
        return found
    maven = shutil.which("mvn")
    if maven is None:
        raise NoMailServer("mvn is missing (it downloads GreenMail)")
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "greenmail.lock").open("w") as lock, tempfile.TemporaryDirectory(dir=cache()) as work:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            copy = ["dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={work}"]
            subprocess.run([maven, "-q", "-B", *copy], check=True, timeout=600, capture_output=True)
            (Path(work) / found.name).rename(found)
    return found


@contextmanager
def running() -> Iterator[MailServer]:
    """The server with the mailboxes of SUPPORT and BUYER; others are made when a mail arrives. Raises: NoMailServer."""
    program, home = jar(), Path(tempfile.mkdtemp(prefix="aftercare-mail-"))
    smtp, imap = ports.choose(), ports.choose()
    users = ",".join(f"{each.partition('@')[0]}:{PASSWORD}@{each.partition('@')[2]}" for each in (SUPPORT, BUYER))
    options = {
        "smtp.hostname": "127.0.0.1",
        "smtp.port": smtp,
        "imap.hostname": "127.0.0.1",
        "imap.port": imap,
        "users": users,
        "users.login": "email",
    }
    memory = ["-Xms32m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    try:
        with reaper(home):
            for name in ("run", "logs"):
                (home / name).mkdir()
            command = [java(), *memory, *(f"-Dgreenmail.{name}={value}" for name, value in options.items())]
            Processes(home / "run", home / "logs").start("mail", [*command, "-jar", str(program)], {})
            server = MailServer(smtp, imap)
            wait_for(lambda: _answers(server), seconds=60, otherwise="the mail server does not answer")
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _answers(server: MailServer) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=5) as client:
            return client.noop()[0] == 250 and server.mailbox(SUPPORT) == []
    except OSError:
        return False
