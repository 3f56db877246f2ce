"""Jobs: rows, leases, wake-ups. Handlers are registered by each app's actors module."""

from django.apps import AppConfig

from studio.lib import lookups


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs import access, models  # noqa: F401  importing registers

        lookups.register(models.JobStatusRow, models.JobStatus)
        lookups.register(models.WorkerStatusRow, models.WorkerStatus)
