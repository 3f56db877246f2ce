"""Handlers of this app's jobs, and the chore that lets old searches go."""

from datetime import timedelta

from django.db.models.functions import Now

from identity import recognising
from identity.models import LikenessSearch
from jobs.claiming import Lease
from jobs.handling import handles
from jobs.models import Job, JobStatus
from jobs.sweeping import chore

KEPT = timedelta(days=1)
PICTURE_KEPT = timedelta(minutes=15)  # where no worker has looked at it


def let_go(job: Job) -> None:
    """A search that ended otherwise than well keeps no picture."""
    if job.state is not JobStatus.QUEUED:
        LikenessSearch.objects.filter(pk=job.args["search_id"]).update(picture=None)


# Quiet: whom somebody looks for is nobody else's to see, and the tray is everybody's.
@handles("identity.search", "gpu", "Search by likeness", on_change=let_go, quiet=True)
def search(lease: Lease) -> None:
    recognising.recognise(lease)


@chore
def forget_searches() -> None:
    """Every round of the sweeper: searches of yesterday, and pictures that nobody looked at."""
    LikenessSearch.objects.filter(created_at__lt=Now() - KEPT).delete()
    waiting = LikenessSearch.objects.filter(picture__isnull=False)
    waiting.filter(created_at__lt=Now() - PICTURE_KEPT).update(picture=None)
