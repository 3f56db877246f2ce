"""Why a webhook was refused, or did not arrive."""

from studio.lib.errors import Conflict, StudioError


class BadWebhook(StudioError):
    code = "bad_webhook"


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"


class NothingToSend(Conflict):
    """A delivery that is under way, or a studio without a project to send from."""

    code = "nothing_to_send"


class WebhookOff(StudioError):
    """It was switched off or deleted while the delivery waited."""

    code = "webhook_off"
    status = 409


class ReceiverRefused(StudioError):
    """The receiver answered something other than 2xx; it may take it later."""

    code = "receiver_refused"
    permanent = False
    status = 503
