"""The lookups that a new studio starts with: general types only; all are the admin's to change."""

from django.db import migrations

GENERAL = (1, "general", "Fit for everybody")

TYPES = [
    ("clothed", "The character in everyday clothes"),
    ("casual", "Relaxed, off duty"),
    ("formal", "Suit, gown, black tie"),
    ("sportswear", "Training and sport"),
    ("costume", "Period, fantasy, uniform"),
]
SCENES = [
    ("studio portrait", "studio portrait, seamless backdrop"),
    ("street", "walking down a street, candid"),
    ("cafe", "sitting at a table in a cafe"),
    ("office", "at work in a bright office"),
    ("stage", "on a stage, spotlights"),
    ("red carpet", "on the red carpet, flash light"),
    ("sport", "in motion, training"),
    ("travel", "with luggage, on a journey"),
    ("reading", "reading a book, calm"),
    ("interview", "in conversation, interview set-up"),
]
ENVIRONMENTS = [
    ("soft daylight", "soft daylight from a large window"),
    ("golden hour", "golden hour, low warm sun"),
    ("overcast", "overcast sky, even light"),
    ("night city", "night, city lights"),
    ("forest", "forest, dappled light"),
    ("beach", "beach, bright sky"),
    ("snow", "snow, cold clear light"),
    ("neon", "neon light, dark surroundings"),
    ("candle light", "candle light, warm and dim"),
    ("desert", "desert, hard sun"),
]
ASPECT_RATIOS = [
    ("1:1", 1024, 1024),
    ("9:16", 768, 1344),
    ("2:3", 832, 1216),
    ("16:9", 1344, 768),
    ("3:2", 1216, 832),
]
QUALITY_MODES = [("draft", 15, "euler"), ("hq", 40, "dpmpp_2m")]
REJECT_REASONS = [
    ("identity drift", "Not the same person any more"),
    ("face artefact", "Eyes, teeth, ears or skin are broken"),
    ("anatomy", "Hands, limbs or proportions are wrong"),
    ("clothing", "The clothes are wrong or broken"),
    ("lighting/colour", "Light or colour does not fit"),
    ("framing", "Cropped or composed badly"),
    ("plastic skin", "Skin without texture"),
    ("text/watermark", "Letters or marks in the image"),
    ("duplicate", "As good as another candidate"),
    ("other", "See the note"),
]


def seed(apps, schema_editor):
    using = schema_editor.connection.alias

    def rows(model):
        return apps.get_model("variants", model)._default_manager.using(using)

    rating = apps.get_model("characters", "ContentRatingRow")._default_manager.using(using)
    pk, name, description = GENERAL
    rating.get_or_create(pk=pk, defaults={"name": name, "description": description})
    for name, description in TYPES:
        rows("VariantType").create(name=name, description=description, content_rating_id=pk)
    for name, prompt in SCENES:
        rows("ScenePreset").create(name=name, prompt=prompt)
    for name, prompt in ENVIRONMENTS:
        rows("EnvironmentPreset").create(name=name, prompt=prompt)
    for name, width, height in ASPECT_RATIOS:
        rows("AspectRatio").create(name=name, width=width, height=height)
    for name, steps, sampler in QUALITY_MODES:
        rows("QualityMode").create(name=name, steps=steps, sampler=sampler)
    for name, description in REJECT_REASONS:
        rows("RejectReason").create(name=name, description=description)


class Migration(migrations.Migration):
    dependencies = [("variants", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
