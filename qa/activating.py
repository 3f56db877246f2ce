"""Choosing the face model of the studio. Vectors of the former one stay, and are not compared."""

from django.conf import settings
from django.db import transaction

from audit.recording import record
from people.models import User
from qa.models import EmbeddingModel
from qa.weights import WEIGHTS, locate


def activate(actor: User | None, model_id: int) -> EmbeddingModel:
    """Make one face model the active one. Raises FaceModelMissing when its weights are not there.

    Images keep the likeness that they have; a new one is measured only against faces that the
    same model has read. `manage.py reembed` lets it read all of them first.
    """
    chosen = EmbeddingModel.objects.get(pk=model_id)
    locate(WEIGHTS[chosen.name], settings.MODELS_DIR)
    with transaction.atomic():
        return switch(actor, model_id)


def hold() -> dict[int, EmbeddingModel]:
    """All face models by their ids, held: until the caller's transaction ends no other is chosen,
    and no face that was read is recorded."""
    return {row.pk: row for row in EmbeddingModel.objects.select_for_update().order_by("pk")}


def switch(actor: User | None, model_id: int) -> EmbeddingModel:
    """Make the model the active one inside the caller's transaction; its weights are there."""
    rows = hold()
    chosen = rows[model_id]
    former = next((row for row in rows.values() if row.is_active), None)
    if former == chosen:
        return chosen
    EmbeddingModel.objects.filter(is_active=True).update(is_active=False)
    EmbeddingModel.objects.filter(pk=model_id).update(is_active=True)
    chosen.is_active = True
    record(
        actor,
        "embedding_model.activate",
        chosen,
        before={"active": str(former)},
        after={"active": str(chosen)},
    )
    return chosen
