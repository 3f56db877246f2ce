"""The handler of the webhooks' jobs, and the chore that forgets old deliveries."""

from datetime import timedelta

from django.db.models.functions import Now

from jobs.claiming import Lease, Patience
from jobs.handling import handles
from jobs.models import Job, JobStatus
from jobs.sweeping import chore
from webhooks import delivering
from webhooks.announcing import KIND
from webhooks.models import Delivery, DeliveryStatus

# Some three hours in all: a receiver may be restarted, or mended, meanwhile.
PATIENCE = Patience(attempts=8, pauses_s=(5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 3600.0))
KEPT = timedelta(days=30)
AT_ONCE = 1000

FOLLOWS = {
    JobStatus.QUEUED: DeliveryStatus.PENDING,
    JobStatus.FAILED: DeliveryStatus.FAILED,
    JobStatus.CANCELLED: DeliveryStatus.FAILED,
}


def mirror(job: Job) -> None:
    """The delivery goes where its job goes."""
    changes = {"status_id": FOLLOWS[job.state], **({"error": job.error} if job.error else {})}
    Delivery.objects.filter(pk=job.args["delivery_id"]).update(**changes)


@handles(KIND, "io", "Telling another system of an event", mirror, patience=PATIENCE, quiet=True)
def deliver(lease: Lease) -> None:
    delivering.deliver(lease)


@chore
def forget_old() -> None:
    """Every round of the sweeper: deliveries that have ended are kept a month."""
    ended = Delivery.objects.exclude(status_id=DeliveryStatus.PENDING)
    old = ended.filter(created_at__lt=Now() - KEPT).order_by().values_list("pk", flat=True)
    Delivery.objects.filter(pk__in=list(old[:AT_ONCE])).delete()
