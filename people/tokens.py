"""Sign-in of programs: JSON web tokens that rotate; one that is used twice ends them all."""

from typing import Any, cast

from axes.conf import settings as axes
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.serializers import (
    TokenObtainPairSerializer,
    TokenObtainSerializer,
    TokenRefreshSerializer,
)
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

from people import two_factor
from people.forms import MAX_CODE, MAX_USERNAME
from people.managing import tell
from people.models import User
from people.throttling import count_failure
from studio.lib.errors import StudioError


class CodeNeeded(StudioError):
    """The password was right, and the person's second factor is on."""

    code = "code_needed"
    status = 401


class SignInSerializer(TokenObtainPairSerializer):
    """A pair of tokens; the sign-in is announced as one through the page is.

    `code` is the second factor's, where it is on: without it CodeNeeded, and BadCode.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = CharField(write_only=True, max_length=MAX_USERNAME)
        self.fields["code"] = CharField(
            write_only=True, required=False, allow_blank=True, max_length=MAX_CODE
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        code = attrs.pop("code", "")
        TokenObtainSerializer.validate(self, attrs)
        user = cast("User", self.user)
        if two_factor.of(user):
            self._check(user, code)
        refresh = RefreshToken.for_user(user)
        user_logged_in.send(type(user), request=self.context["request"], user=user)
        return {"refresh": str(refresh), "access": str(refresh.access_token)}

    def _check(self, user: User, code: str) -> None:
        if not code:
            raise CodeNeeded("Send the code of your app as `code` too.", field="code")
        if not two_factor.passes(user, code):
            count_failure(self.context["request"], user.username)
            raise two_factor.BadCode


class SignIn(TokenObtainPairView):
    """Tokens for a name and a password; 429 while the name is locked out for this address."""

    serializer_class = SignInSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            return super().post(request, *args, **kwargs)
        except AuthenticationFailed as error:
            if not getattr(request, "axes_locked_out", False):
                raise
            wait_s = axes.AXES_COOLOFF_TIME.total_seconds()
            raise Throttled(wait_s, "Signing in failed too often. Wait, then try again.") from error


class SignedRefresh(RefreshToken):
    """A refresh token with a good signature, type and date; whether it was used is asked later."""

    def check_blacklist(self) -> None:
        pass


class RefreshSerializer(TokenRefreshSerializer):
    """The next pair for a refresh token that was never used.

    A used one is in two hands: every refresh token of the person ends, so that only whoever
    knows the password goes on. Two uses at the same moment queue for the person's row.
    """

    token_class = SignedRefresh

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        refresh = self.token_class(attrs["refresh"])
        with transaction.atomic():
            user = holder(refresh)
            if not BlacklistedToken.objects.filter(token__jti=refresh["jti"]).exists():
                refresh.blacklist()
                access = str(refresh.access_token)
                refresh.set_jti()
                refresh.set_exp()
                refresh.set_iat()
                refresh.outstand()
                return {"access": access, "refresh": str(refresh)}
            ended = _end(open_tokens(user))
            tell(user, "user.token_reused", user, after={"ended": ended})
        raise TokenError("Token is blacklisted")


class Refresh(TokenRefreshView):
    """The next pair of tokens for a refresh token that was never used."""

    serializer_class = RefreshSerializer


class Revoke(TokenBlacklistView):
    """End a refresh token."""


def holder(token: Token) -> User:
    """The active person whose token it is; InvalidToken after a new password."""
    users = User.objects.select_for_update().filter(is_active=True)
    user = users.filter(pk=token[api_settings.USER_ID_CLAIM]).first()
    claimed = token.get(api_settings.REVOKE_TOKEN_CLAIM)
    if user is None or claimed != get_md5_hash_password(user.password):
        raise InvalidToken("The account or its password has changed. Sign in again.")
    return user


def open_tokens(user: User) -> QuerySet[OutstandingToken]:
    """The refresh tokens of a person that still open something, newest first."""
    rows = OutstandingToken.objects.filter(user=user, blacklistedtoken__isnull=True)
    return rows.filter(expires_at__gt=timezone.now()).order_by("-created_at", "-pk")


def end_tokens(user: User, pk: int | None = None) -> int:
    """End one refresh token of a person, or all of them; returns how many."""
    with transaction.atomic():
        tokens = open_tokens(user)
        ended = _end(tokens if pk is None else tokens.filter(pk=pk))
        if ended:
            tell(user, "user.tokens_ended", user, after={"ended": ended})
    return ended


def _end(tokens: QuerySet[OutstandingToken]) -> int:
    rows = [BlacklistedToken(token=token) for token in tokens]
    return len(BlacklistedToken.objects.bulk_create(rows, ignore_conflicts=True))
