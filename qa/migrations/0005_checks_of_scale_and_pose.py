"""Sharpness and colour cast in units of their own; near-duplicates and the pose of a face.

What was measured in the former units says nothing in the new ones, and goes: values, and limits of
projects and of the studio. A report's verdict is then the worst of the checks that are left.
"""

from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

# name: unit, description, warn limit, fail limit
CHANGED = {
    "sharpness": (
        "line pairs",
        "Line pairs over a side of the image made square that keep half their contrast (MTF50).",
        35,
        22,
    ),
    "colour_cast": ("", "Chroma of the light's colour in CIELAB; about 2 is just seen.", 30, None),
}
DESCRIBED = {"noise": "Standard deviation of the noise of a pixel."}
# name, title, unit, direction, description, warn limit, fail limit
ADDED = [
    (
        "face_yaw",
        "Face turned",
        "°",
        "range",
        "To the left or right of the image; the limits hold on both sides.",
        30,
        None,
    ),
    (
        "face_roll",
        "Face tilted",
        "°",
        "range",
        "To the left or right of the image; the limits hold on both sides.",
        20,
        None,
    ),
    (
        "near_duplicate",
        "Near-duplicate",
        "bits",
        "min",
        "Bits of 64 of the perceptual hash that differ from the most similar other image.",
        3,
        None,
    ),
]
POSITIONS = [
    "resolution",
    "sharpness",
    "exposure",
    "clipped_shadows",
    "clipped_highlights",
    "noise",
    "colour_cast",
    "blockiness",
    "near_duplicate",
    "face_count",
    "face_size",
    "face_yaw",
    "face_roll",
    "likeness",
]


def settle(reports, results):
    """Finished reports say what their checks say."""
    left = results.filter(report=OuterRef("pk"), verdict__isnull=False).order_by("-verdict_id")
    worst = Coalesce(Subquery(left.values("verdict_id")[:1]), "verdict_id")
    reports.filter(verdict__isnull=False).update(verdict_id=worst)


def seed(apps, schema_editor):
    using = schema_editor.connection.alias
    checks = apps.get_model("qa", "QACheck").objects.using(using)
    thresholds = apps.get_model("qa", "QAThreshold").objects.using(using)
    results = apps.get_model("qa", "QACheckResult").objects.using(using)
    for name, (unit, description, warn, fail) in CHANGED.items():
        results.filter(qa_check__name=name).delete()
        thresholds.filter(qa_check__name=name, project__isnull=False).delete()
        checks.filter(name=name).update(unit=unit, description=description)
        thresholds.filter(qa_check__name=name).update(warn_limit=warn, fail_limit=fail)
    settle(apps.get_model("qa", "QAReport").objects.using(using), results)
    for name, description in DESCRIBED.items():
        checks.filter(name=name).update(description=description)
    for name, title, unit, direction, description, warn, fail in ADDED:
        check = checks.create(
            name=name, title=title, unit=unit, direction=direction, description=description
        )
        thresholds.create(qa_check=check, project=None, warn_limit=warn, fail_limit=fail)
    for position, name in enumerate(POSITIONS, 1):
        checks.filter(name=name).update(position=position)


class Migration(migrations.Migration):
    dependencies = [("qa", "0004_images_are_hashed")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
