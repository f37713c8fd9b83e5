"""A provider of OpenID Connect for the tests: a server of its own, which vouches at once for whoever it is told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "fieldguide", "a-secret-of-the-provider"


class Provider:
    """`person` is who comes next: the claims that are stated; None: the visitor declines."""

    def __init__(self) -> None:
        self.person: dict[str, Any] | None = None
        self.is_broken = False
        self.seen: list[str] = []  # paths that were asked for
        self.challenges: dict[str, str] = {}  # PKCE, by code
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, parse_qs(urlsplit(self.path).query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, parse_qs(body))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a site that trusts this provider."""
        return {
            "SOCIAL_OIDC_ID": CLIENT,
            "SOCIAL_OIDC_SECRET": SECRET,
            "SOCIAL_OIDC_URL": self.url,
            "SOCIAL_OIDC_NAME": "School",
        }

    def answer(self, request: BaseHTTPRequestHandler, given: dict[str, list[str]]) -> None:
        path = urlsplit(request.path).path
        self.seen.append(path)
        if self.is_broken:
            request.send_error(503)
        elif path == "/.well-known/openid-configuration":
            places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            send(
                request,
                {
                    "issuer": self.url,
                    "jwks_uri": f"{self.url}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                    **{f"{name}_endpoint": f"{self.url}/{place}" for name, place in places.items()},
                },
            )
        elif path == "/authorize":
            back = {"state": given["state"][0]}
            if self.person is None:
                back["error"] = "access_denied"
            else:
                back["code"] = f"code-{len(self.seen)}"
                self.challenges[back["code"]] = given["code_challenge"][0]
            request.send_response(302)
            request.send_header("Location", f"{given['redirect_uri'][0]}?{urlencode(back)}")
            request.end_headers()
        elif path == "/token":
            assert self.challenges.pop(given["code"][0])
            assert given["code_verifier"]
            claims = {"iss": self.url, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 60}
            token = jwt.encode(claims | (self.person or {}), SECRET * 2, algorithm="HS256")
            send(request, {"access_token": "access", "token_type": "Bearer", "id_token": token})
        elif path == "/userinfo":
            send(request, self.person or {})
        else:
            request.send_error(404)


def send(request: BaseHTTPRequestHandler, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
