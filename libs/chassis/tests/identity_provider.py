"""An identity provider on loopback, in a thread of its own: discovery document, key set, and the tokens that it signs."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from certificates import Issued
from joserfc import jwt
from joserfc.jwk import ECKey

DISCOVERY = "/.well-known/openid-configuration"

# Any: claims are whatever JSON a test puts there.


class IdentityProvider:
    """Signs with its newest key. `answers` replaces what it answers at a path; `asked` are the paths it was asked for."""

    def __init__(self) -> None:
        self.keys: list[ECKey] = []
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.headers: dict[str, str] = {}
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.url = ""
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on; the former ones stay in the key set."""
        self.keys.append(ECKey.generate_key("P-256", {"kid": f"key-{len(self.keys)}", "use": "sig", "alg": "ES256"}))

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A token with these claims, which replace the usual ones; one that is None is left out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": "aftercare", "sub": "buyer-1", "role": "buyer", "iat": now, "exp": now + 3600}
        wanted = {name: value for name, value in (usual | claims).items() if value is not None}
        key = self.keys[-1]
        return jwt.encode({"alg": "ES256", "kid": key.kid, **header}, wanted, key, algorithms=["ES256"])

    def answer(self, path: str) -> tuple[int, bytes]:
        """The status and the body at this path."""
        if path in self.answers:
            return self.answers[path]
        if path == DISCOVERY:
            return 200, json.dumps({"issuer": self.url, "jwks_uri": f"{self.url}/keys"}).encode()
        if path == "/keys":
            return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        return 404, b""


@contextmanager
def identity_provider(issued: Issued | None = None) -> Iterator[IdentityProvider]:
    """One that runs while the block lasts; with a certificate, it answers with TLS only."""
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            provider.may_answer.wait(30)
            status, body = provider.answer(self.path)
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **provider.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is written."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if issued is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issued.certificate, issued.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.url = f"{'http' if issued is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
