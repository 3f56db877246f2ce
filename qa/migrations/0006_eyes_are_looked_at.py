"""Whether the eyes of the face that counts are seen open."""

from django.db import migrations


def seed(apps, schema_editor):
    using = schema_editor.connection.alias
    checks = apps.get_model("qa", "QACheck").objects.using(using)
    likeness = checks.get(name="likeness")
    check = checks.create(
        name="eyes_open",
        title="Eyes open",
        unit="of 2",
        direction="min",
        description="Eyes that are seen open; a closed or covered one is not.",
        position=likeness.position,
    )
    checks.filter(name="likeness").update(position=likeness.position + 1)
    apps.get_model("qa", "QAThreshold").objects.using(using).create(
        qa_check=check, project=None, warn_limit=2, fail_limit=None
    )


class Migration(migrations.Migration):
    dependencies = [("qa", "0005_checks_of_scale_and_pose")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
