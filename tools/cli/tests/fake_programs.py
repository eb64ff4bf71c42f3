"""A small HTTP server in place of each service: it records its arguments and variables, and fails where a test says so."""

from pathlib import Path

from aftercare_cli.stack.layout import PROVIDERS, SERVERS

NUMBERS = [server.number for server in (*SERVERS, *PROVIDERS.values())]
SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

home, arguments = Path(os.environ["FAKE_HOME"]), sys.argv[1:]
name = "order-labels" if arguments == ["labels", "consume"] else Path(sys.argv[0]).name
options = dict(zip(arguments[1::2], arguments[2::2]))
if "--settings" in options:
    Path(options["--settings"]).write_text(f"AFTERCARE_STRIPE_API_KEY='key of {os.getpid()}'\\n")
with (home / f"{name}.calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
(home / f"{name}.env").write_text(json.dumps(dict(os.environ)))
if (home / f"{name}.fails").exists():
    print("no such database")
    raise SystemExit(3)
if sys.argv[1:] in (["migrate"], ["seed"]):
    raise SystemExit(0)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == "/livez" or not (home / f"{name}.unready").exists()
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b"ok" if ready else b"kafka is away")

    def log_message(self, *arguments):
        pass

HTTPServer(("127.0.0.1", int(options.get("--port", os.environ.get("AFTERCARE_PORT")))), Handler).serve_forever()
"""


def calls_of(programs: Path, name: str) -> list[str]:
    """The arguments of each call of a fake program."""
    path = programs / f"{name}.calls"
    return path.read_text().splitlines() if path.exists() else []
