"""A real OpenID Connect provider on loopback, made with Authlib's server side; its keys are its own.

Whoever comes is somebody at once (`Provider.person`): what a provider asks people is none of our business.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "tracker", "a secret between the two"


@dataclass
class Client(ClientMixin):
    """The one program that may ask."""

    redirect: str

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """A code that was given, with what it was asked for."""

    code: str
    asked: dict[str, str]
    at: int = field(default_factory=lambda: int(time.time()))

    def get_redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        return self.asked["scope"]

    def get_nonce(self) -> str | None:
        return self.asked.get("nonce")

    def get_auth_time(self) -> int:
        return self.at

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None

    @property
    def code_challenge(self) -> str:
        return self.asked["code_challenge"]

    @property
    def code_challenge_method(self) -> str:
        return self.asked["code_challenge_method"]


@dataclass
class Provider:
    """Who comes, what is claimed of them, and how the provider signs."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "own"}))
    shown_key: RSAKey | None = None
    """Shown as its key, where that is another than it signs with."""
    claims: dict[str, Any] = field(default_factory=dict)
    """What its tokens say otherwise than they should."""
    codes: dict[str, Code] = field(default_factory=dict)
    exchanged: int = 0
    client: Client = field(default_factory=lambda: Client(""))


def application(provider: Provider, client: Client) -> Flask:  # noqa: C901
    """Return the provider's application."""
    app = Flask("provider")
    server = AuthorizationServer(app, query_client=lambda name: client if name == CLIENT else None,
                                 save_token=lambda _token, _request: None)  # fmt: skip

    class ByCode(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            provider.codes[code] = Code(code, dict(request.payload.data))

        def query_authorization_code(self, code: str, _: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, given: Code) -> None:
            provider.exchanged += 1
            del provider.codes[given.code]

        def authenticate_user(self, _: Code) -> dict[str, Any]:
            return provider.person

    class Identity(OpenIDCode):
        def exists_nonce(self, _nonce: str, _request: Any) -> bool:
            return False

        def resolve_client_private_key(self, _: Any) -> RSAKey:
            return provider.key

        def get_encode_header(self, _: Any) -> dict[str, Any]:
            return {"alg": "RS256", "kid": provider.key.kid}

        def get_client_claims(self, _: Any) -> dict[str, Any]:
            return {"iss": provider.issuer, "aud": [CLIENT]}

        def generate_user_info(self, user: dict[str, Any], _: str) -> dict[str, Any]:
            return {"sub": "1", **user, **provider.claims}

    server.register_grant(ByCode, [CodeChallenge(required=True), Identity(require_nonce=True)])

    @app.get("/.well-known/openid-configuration")
    def metadata() -> Response:
        return jsonify(
            issuer=provider.issuer,
            authorization_endpoint=f"{provider.issuer}/authorize",
            token_endpoint=f"{provider.issuer}/token",
            jwks_uri=f"{provider.issuer}/keys",
            id_token_signing_alg_values_supported=["RS256"],
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(keys=[(provider.shown_key or provider.key).as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(grant=grant, grant_user=provider.person)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    return app


@contextmanager
def provider_for(redirect: str) -> Iterator[Provider]:
    """Serve a provider whose one client is sent back to `redirect`."""
    provider = Provider(client=Client(redirect))
    running = make_server("127.0.0.1", 0, application(provider, provider.client), threaded=True)
    provider.issuer = f"http://127.0.0.1:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
