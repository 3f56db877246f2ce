"""QA: looks at pixels; never learns whose they are."""

from django.apps import AppConfig
from django.conf import settings

from qa.faces import use_models


class QAConfig(AppConfig):
    name = "qa"
    verbose_name = "QA"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from qa import access  # noqa: F401  importing registers
        from qa.models import QAVerdict
        from qa.policy import Verdict
        from studio.lib import lookups

        lookups.register(QAVerdict, Verdict)
        use_models(settings.MODELS_DIR, settings.FACE_DEVICE)
