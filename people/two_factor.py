"""The second factor of a sign-in: a code from an app (TOTP, RFC 6238), or a recovery code.

Knows no request: who checks a code also counts the wrong ones (people.throttling).
"""

import base64
import hashlib
import hmac
import secrets
import time

import pyotp
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from people.access import require
from people.managing import tell
from people.models import RecoveryCode, TwoFactor, User
from studio.lib.errors import Conflict, StudioError

STEP_S = 30
DRIFT = (0, -1, 1)  # a clock may be half a minute off
ISSUER = "Likeness Studio"
CODES = 10
CODE_BYTES = 10  # 80 bits: too many to guess, so that a plain hash hides them


class BadCode(StudioError):
    code = "bad_code"

    def __init__(self) -> None:
        super().__init__("That is not the code, or it was used already.", field="code")


class AlreadyOn(Conflict):
    code = "two_factor_on"


class NotOn(Conflict):
    code = "two_factor_off"


def new_salt() -> str:
    """What a new secret is made of; of no use without the studio's own key."""
    return secrets.token_hex(32)


def secret_of(salt: str) -> str:
    """The secret that the app gets, in base 32."""
    key = settings.SECRET_KEY.encode()
    made = hmac.digest(key, b"two-factor:" + salt.encode(), hashlib.sha256)
    return base64.b32encode(made[:20]).decode()


def address_of(user: User, salt: str) -> str:
    """The `otpauth://` address that an app reads from a picture."""
    made: str = pyotp.TOTP(secret_of(salt)).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return made


def of(user: User) -> TwoFactor | None:
    """The second factor of a person who turned it on."""
    return TwoFactor.objects.filter(user=user).first()


def turn_on(user: User, salt: str, code: str) -> list[str]:
    """Ask for a code at each sign-in from now on, once the app has shown that it knows the secret.

    The recovery codes, which are told this once. Raises BadCode and AlreadyOn.
    """
    step = _step_of(salt, code)
    if step is None:
        raise BadCode
    with transaction.atomic():
        factor, made = TwoFactor.objects.get_or_create(
            user=user, defaults={"salt": salt, "last_step": step}
        )
        if not made:
            raise AlreadyOn("A second factor is on already. Turn it off first.")
        tell(user, "user.two_factor_on", user)
        return _fresh_codes(factor)


def turn_off(user: User, code: str) -> TwoFactor:
    """Ask for the password alone from now on; what was on. Raises BadCode and NotOn."""
    with transaction.atomic():
        factor = _proved(user, code)
        factor.delete()
        tell(user, "user.two_factor_off", user)
    return factor


def renew_codes(user: User, code: str) -> list[str]:
    """New recovery codes in place of the old ones. Raises BadCode and NotOn."""
    with transaction.atomic():
        factor = _proved(user, code)
        tell(user, "user.recovery_codes", user)
        return _fresh_codes(factor)


def reset(actor: User, user: User) -> None:
    """Take the second factor of somebody who lost it away. Raises NotOn."""
    require(actor, "user.reset_two_factor")
    with transaction.atomic():
        count, _ = TwoFactor.objects.filter(user=user).delete()
        if not count:
            raise NotOn("No second factor is on.")
        tell(actor, "user.two_factor_reset", user)


def passes(user: User, code: str) -> bool:
    """Whether it is the person's code, which is used by this: the app's or a recovery code."""
    factor = of(user)
    if factor is None:
        return False
    step = _step_of(factor.salt, code)
    if step is not None:
        rows = TwoFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return bool(rows.update(last_step=step))
    with transaction.atomic():
        unused = factor.recovery_codes.filter(digest=_digest(code), used_at__isnull=True)
        if not unused.update(used_at=Now()):
            return False
        tell(user, "user.recovery_code_used", user, after={"left": codes_left(factor)})
        return True


def codes_left(factor: TwoFactor) -> int:
    """How many recovery codes were not used."""
    return factor.recovery_codes.filter(used_at__isnull=True).count()


def _proved(user: User, code: str) -> TwoFactor:
    factor = of(user)
    if factor is None:
        raise NotOn("No second factor is on.")
    if not passes(user, code):
        raise BadCode
    return factor


def _step_of(salt: str, code: str) -> int | None:
    """The 30 seconds whose code it is, of this moment and its neighbours."""
    said = code.replace(" ", "")
    if not (said.isascii() and said.isdecimal()):
        return None
    now = int(time.time()) // STEP_S
    totp = pyotp.TOTP(secret_of(salt))
    fitting = (now + drift for drift in DRIFT if hmac.compare_digest(_at(totp, now + drift), said))
    return next(fitting, None)


def _at(totp: pyotp.TOTP, step: int) -> str:
    made: str = totp.generate_otp(step)
    return made


def _fresh_codes(factor: TwoFactor) -> list[str]:
    factor.recovery_codes.all().delete()
    codes = [_new_code() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(two_factor=factor, digest=_digest(code)) for code in codes
    )
    return codes


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _digest(code: str) -> str:
    letters = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()
