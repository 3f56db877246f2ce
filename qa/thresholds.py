"""Setting the limits of checks; what was judged by the former ones is judged again.

Who asks for that work stands above and follows; nothing here knows jobs.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.recording import record
from people.access import require
from people.models import Project, User
from qa.models import QACheck, QAThreshold
from studio.lib.errors import Conflict, StudioError

Follow = Callable[[User | None, QACheck, Project | None], object]

_followers: list[Follow] = []


class BadLimits(StudioError):
    """Limits that contradict each other, or a check that has none."""

    code = "bad_limits"


class DefaultStays(Conflict):
    """The studio's own limits are emptied, not taken away."""

    code = "default_stays"


class LimitsThere(Conflict):
    """The project has limits for this check already."""

    code = "limits_there"


def follow(step: Follow) -> None:
    """Let `step(actor, check, project)` run in the transaction of each change."""
    _followers.append(step)


def tell(actor: User | None, check: QACheck, project: Project | None) -> None:
    """Say, inside the transaction, that values of a check are judged otherwise from now on.

    `project` None: wherever the studio's limits hold.
    """
    for step in _followers:
        step(actor, check, project)


def add_limits(
    actor: User, check: QACheck, project: Project | None, warn: float | None, fail: float | None
) -> QAThreshold:
    """Limits of a project's own (or the studio's first ones). Raises BadLimits, LimitsThere."""
    row = QAThreshold(qa_check=check, project=project, warn_limit=warn, fail_limit=fail)
    return _save(actor, row, {}, "qa_threshold.add")


def set_limits(
    actor: User, row: QAThreshold, warn: float | None, fail: float | None
) -> QAThreshold:
    """Change limits. Raises BadLimits."""
    before = said(row)
    row.warn_limit, row.fail_limit = warn, fail
    return row if said(row) == before else _save(actor, row, before, "qa_threshold.change")


def remove_limits(actor: User, row: QAThreshold) -> None:
    """Take a project's own limits away, so that the studio's hold. Raises DefaultStays."""
    require(actor, "threshold.edit")
    if row.project is None:
        raise DefaultStays("These are the studio's own limits: empty them instead.")
    with transaction.atomic():
        record(actor, "qa_threshold.delete", row, before=said(row))
        row.delete()
        tell(actor, row.qa_check, row.project)


def said(row: QAThreshold) -> dict[str, Any]:
    """The two limits, as they are recorded."""
    return {"warn_limit": row.warn_limit, "fail_limit": row.fail_limit}


def _save(actor: User, row: QAThreshold, before: dict[str, Any], verb: str) -> QAThreshold:
    require(actor, "threshold.edit")
    try:
        row.clean()
        with transaction.atomic():
            row.save()
            record(actor, verb, row, before=before, after=said(row))
            tell(actor, row.qa_check, row.project)
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        raise BadLimits(" ".join(texts), field=field) from error
    except IntegrityError as error:
        raise LimitsThere("There are limits for this check already: change those.") from error
    return row
