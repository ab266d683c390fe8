"""Who a person is, from what an OpenID Connect provider says."""

from flask import current_app
from superset.security import SupersetSecurityManager


class OidcSecurityManager(SupersetSecurityManager):
    def get_oauth_user_info(self, provider, resp):
        # Authlib has checked the id token: signature, issuer, audience, nonce, expiry
        claims = dict(resp.get("userinfo") or {})
        groups_claim = current_app.config["OIDC_ROLE_CLAIM"]
        if groups_claim not in claims or "email" not in claims:
            # Some providers put these into the answer of their userinfo endpoint only.
            claims = {**self.oauth_remotes[provider].userinfo(token=resp), **claims}
        groups = claims.get(groups_claim) or []
        name = claims.get("name") or ""
        return {
            # what a provider never gives to another person
            "username": claims["sub"],
            "email": claims.get("email") or f"{claims['sub']}@{provider}.invalid",
            "first_name": claims.get("given_name") or name.partition(" ")[0] or claims["sub"],
            "last_name": claims.get("family_name") or name.partition(" ")[2],
            "role_keys": [groups] if isinstance(groups, str) else list(groups),
        }
