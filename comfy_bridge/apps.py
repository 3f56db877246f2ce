"""The bridge to ComfyUI. It knows nothing of variants or jobs."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from studio.lib import lookups, triggers


class ComfyBridgeConfig(AppConfig):
    name = "comfy_bridge"
    verbose_name = "ComfyUI"

    def ready(self) -> None:
        from comfy_bridge import access, models, seeding  # noqa: F401  importing registers

        lookups.register(models.ServerStatusRow, models.ServerStatus)
        lookups.register(models.SubmissionStatusRow, models.SubmissionStatus)
        triggers.FROZEN.append(
            triggers.Frozen(
                table="workflow_versions",
                columns=(
                    "workflow_id",
                    "version",
                    "graph",
                    "bindings",
                    "outputs",
                    "needs",
                    "content_hash",
                    "used_at",
                ),
                condition="OLD.used_at IS NOT NULL",
                sentence="a workflow version is immutable once it was used",
            )
        )
        post_migrate.connect(seeding.after_migrate, sender=self)
