"""An OpenID Connect provider, asked who somebody is: code flow with PKCE, state and nonce.

What the provider says is believed only where its own keys signed it, for us and for this very sign-in.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException
from requests.adapters import HTTPAdapter

from tracker.settings import Settings
from tracker.tls import Server, server_at

SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""How an identity may be signed: by a key that only the provider has."""
PATIENCE = 10.0
FRESH = 3600.0
"""Seconds for which what the provider says of itself is taken to hold."""
SKEW = 60
"""Seconds that its clock may differ from ours."""
KNOWN_BY = "/.well-known/openid-configuration"


class ProviderTrouble(Exception):
    """The provider could not be asked, or what it said does not hold. The words are for the log alone."""


@dataclass(slots=True)
class Provider:
    """The provider that the settings name."""

    settings: Settings
    redirect: str
    """Where it sends people back to."""
    _known: Mapping[str, Any] = field(default_factory=dict)
    _until: float = 0.0

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a person is sent to say who they are; raises ProviderTrouble."""
        with self._client() as client:
            known = self._metadata(client)
            made: tuple[str, str] = client.create_authorization_url(
                known["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        return made[0]

    def verified_email(self, code: str, nonce: str, verifier: str) -> str | None:
        """Return the address of who came back with `code`; None where the provider has not verified one.

        Raises ProviderTrouble.
        """
        try:
            with self._client() as client:
                known = self._metadata(client)
                token = client.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=verifier, timeout=PATIENCE
                )
                keys = _json_at(client, known["jwks_uri"])
            claims = self._claims(token, keys, nonce)
        except (RequestException, OAuthError, JoseError, KeyError, TypeError, ValueError) as error:
            raise ProviderTrouble(f"{type(error).__name__}") from error
        email = claims.get("email")
        return email if claims.get("email_verified") is True and isinstance(email, str) else None

    def _claims(self, token: Mapping[str, Any], keys: Any, nonce: str) -> CodeIDToken:
        signed = jwt.decode(
            token["id_token"],
            KeySet.import_key_set(keys),
            registry=JWSRegistry(algorithms=SIGNED_BY, strict_check_header=False),
        )
        said_of = {
            "iss": {"essential": True, "value": self.settings.oidc_issuer},
            "aud": {"essential": True, "value": self.settings.oidc_client_id},
        }
        asked = {"nonce": nonce, "client_id": self.settings.oidc_client_id, "access_token": token["access_token"]}
        claims = CodeIDToken(signed.claims, signed.header, said_of, asked)
        claims.validate(leeway=SKEW)
        return claims

    def _metadata(self, client: OAuth2Session) -> Mapping[str, Any]:
        if time.monotonic() >= self._until:
            issuer = self.settings.oidc_issuer
            try:
                found = _json_at(client, issuer.rstrip("/") + KNOWN_BY)
                if found["issuer"] != issuer:
                    raise ProviderTrouble(f"calls itself {found['issuer']!r}")
            except (RequestException, KeyError, TypeError, ValueError) as error:
                raise ProviderTrouble(f"{type(error).__name__}") from error
            self._known, self._until = found, time.monotonic() + FRESH
        return self._known

    def _client(self) -> OAuth2Session:
        settings = self.settings
        client = OAuth2Session(
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            scope="openid email",
            redirect_uri=self.redirect,
            code_challenge_method="S256",
        )
        client.trust_env = False  # no proxy, password or certificate that the account's environment names
        client.mount("https://", _Trusting(server_at(settings.oidc_issuer, 443, 443, settings.ca_file)))
        return client


class _Trusting(HTTPAdapter):
    """Checks certificates as the mail doors do: TRACKER_CA_FILE counts beside the machine's own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__()

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._server.context(), **named)


def _json_at(client: OAuth2Session, address: str) -> Any:
    answer = client.get(address, withhold_token=True, timeout=PATIENCE, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()
