"""`manage.py models`: the face models, which is active, and whether their weights are there."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count

from qa.errors import FaceModelMissing
from qa.models import EmbeddingModel, FaceEmbedding
from qa.weights import MTCNN, WEIGHTS, Weights, expected_path, locate


class Command(BaseCommand):
    help = "List the face models: weights and their checksums, the active one, licences, faces."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        counted = FaceEmbedding.objects.order_by().values_list("model").annotate(Count("pk"))
        faces: dict[int, int] = dict(counted)
        rows = [_embedder(row, faces.get(row.pk, 0)) for row in EmbeddingModel.objects.all()]
        detector = [_files(weights) for weights in MTCNN]
        if options["json"]:
            said = json.dumps({"embedders": rows, "detector": detector}, indent=2)
        else:
            said = _text(rows, detector)
        self.stdout.write(said)


def _embedder(row: EmbeddingModel, faces: int) -> dict[str, Any]:
    return {
        "model": row.name,
        "version": row.version,
        "active": row.is_active,
        "dimensions": row.dimensions,
        "metric": row.metric,
        "thresholds": row.thresholds,
        "licence": row.licence,
        "faces": faces,
        **_files(WEIGHTS[row.name]),
    }


def _files(weights: Weights) -> dict[str, Any]:
    """Where the weights lie and whether they are the right ones."""
    path = expected_path(weights, settings.MODELS_DIR)
    try:
        locate(weights, settings.MODELS_DIR)
    except FaceModelMissing as error:
        state, remedy = ("damaged" if path and path.is_file() else "missing"), error.sentence
    else:
        state, remedy = "there", ""
    return {
        "weights": weights.model,
        "path": str(path or ""),
        "sha256": weights.sha256,
        "state": state,
        "remedy": remedy,
    }


def _text(rows: list[dict[str, Any]], detector: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        active = ", active" if row["active"] else ""
        lines += [
            f"{row['model']} {row['version']}{active}",
            f"  {row['dimensions']} dimensions, {row['metric']}, {row['faces']:,} faces read",
            "  match from {match:.3g}, check from {check:.3g}".format_map(row["thresholds"]),
            f"  licence: {row['licence']}",
            f"  {_weights(row)}",
        ]
    lines.append("MTCNN, which finds the faces for every model")
    lines += [f"  {net['weights']}: {_weights(net)}" for net in detector]
    return "\n".join(lines)


def _weights(files: dict[str, Any]) -> str:
    return f"checksum ok: {files['path']}" if files["state"] == "there" else files["remedy"]
