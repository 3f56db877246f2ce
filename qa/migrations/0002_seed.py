"""The checks, the limits that a new studio starts with, and the face models; seeded once.

Limits: the figures that a 512 px portrait of usual quality passes; all are the admin's to change.
"""

from django.db import migrations

# name, title, unit, direction, description, warn limit, fail limit
CHECKS = [
    ("resolution", "Resolution", "px", "min", "The short side.", 512, 256),
    (
        "sharpness",
        "Sharpness",
        "",
        "min",
        "Variance of the Laplacian of luma, at a short side of 512 px, where it is largest.",
        60,
        8,
    ),
    (
        "exposure",
        "Exposure",
        "stops",
        "range",
        "Mean luminance against mid-grey; the limits hold on both sides.",
        2,
        4,
    ),
    ("clipped_shadows", "Clipped shadows", "%", "max", "Pixels that are pure black.", 50, 95),
    ("clipped_highlights", "Clipped highlights", "%", "max", "Pixels that are pure white.", 50, 95),
    ("noise", "Noise", "levels", "max", "Standard deviation of the noise in luma.", 8, 20),
    ("colour_cast", "Colour cast", "°", "max", "Angle of the light's colour from neutral.", 20, None),
    (
        "blockiness",
        "Compression blocks",
        "",
        "max",
        "Steps at the edges of 8 px blocks, against the steps within them; 1 is none.",
        1.4,
        None,
    ),
    (
        "face_count",
        "Faces",
        "",
        "range",
        "How many faces were found. None or several is a warning, whatever the limits.",
        None,
        None,
    ),
    ("face_size", "Face size", "px", "min", "Width of the face that counts.", 224, None),
    (
        "likeness",
        "Likeness",
        "",
        "min",
        "Likeness to the source, 0 to 1. Without limits here, those of the face model hold.",
        None,
        None,
    ),
]

MODELS = [
    {
        "name": "dlib-resnet",
        "version": "v1-mtcnn5",
        "dimensions": 128,
        "metric": "euclidean/1.2",
        # A distance of 0.6 is dlib's documented limit; on 300 labelled pairs different people
        # began at 0.68. Stylised pictures of one person go beyond 0.6, so the doubt reaches 0.72.
        "thresholds": {"match": 0.5, "check": 0.4},
        "licence": "CC0 1.0 (face_recognition_models); trained on FaceScrub, VGG and scraped images.",
        "is_active": True,
    },
    {
        "name": "facenet-vggface2",
        "version": "20180402-114759",
        "dimensions": 512,
        "metric": "cosine/0.8",
        # Not calibrated: the limits usual for FaceNet vectors.
        "thresholds": {"match": 0.5, "check": 0.4},
        "licence": "Code MIT; commercial use of the VGGFace2 weights is unsettled: ask first.",
        "is_active": False,
    },
]


def seed(apps, schema_editor):
    using = schema_editor.connection.alias
    check_model = apps.get_model("qa", "QACheck")
    threshold_model = apps.get_model("qa", "QAThreshold")
    embedding_model = apps.get_model("qa", "EmbeddingModel")
    for position, (name, title, unit, direction, description, warn, fail) in enumerate(CHECKS, 1):
        check = check_model.objects.using(using).create(
            name=name,
            title=title,
            unit=unit,
            direction=direction,
            description=description,
            position=position,
        )
        if warn is not None or fail is not None:
            threshold_model.objects.using(using).create(
                qa_check=check, project=None, warn_limit=warn, fail_limit=fail
            )
    for row in MODELS:
        embedding_model.objects.using(using).create(**row)


class Migration(migrations.Migration):
    dependencies = [("qa", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
