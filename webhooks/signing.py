"""The signature of a delivery: HMAC-SHA256 over its moment and its body. Pure.

`Studio-Signature: t=<seconds since 1970>,v1=<hex>`, where v1 is the HMAC of `<t>.<body>` under the
webhook's secret. A receiver refuses what is older than some minutes, so that nothing is replayed.
"""

import base64
import hashlib
import hmac
import secrets

HEADER = "Studio-Signature"
PREFIX = "whsec_"


def new_salt() -> str:
    """What a new secret is made of; of no use without the studio's own key."""
    return secrets.token_hex(32)


def secret_of(salt: str, studio_key: str) -> str:
    """The webhook's secret. It is stored nowhere: the table alone signs nothing."""
    made = hmac.digest(studio_key.encode(), b"webhook:" + salt.encode(), hashlib.sha256)
    return PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


def signature(secret: str, moment_s: int, body: bytes) -> str:
    """The header's value."""
    signed = hmac.new(secret.encode(), f"{moment_s}.".encode() + body, hashlib.sha256)
    return f"t={moment_s},v1={signed.hexdigest()}"
