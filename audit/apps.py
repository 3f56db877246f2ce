"""Audit: who did what to which record, when and from where; append-only."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed

from people.signals import changed
from studio.lib import triggers


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import recording

        triggers.APPEND_ONLY.add("audit_events")
        changed.connect(recording.listen)
        user_logged_in.connect(recording.signed_in)
        user_login_failed.connect(recording.sign_in_failed)
