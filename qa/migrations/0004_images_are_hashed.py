"""The perceptual hash of an image, and which other one is the most similar."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qa", "0003_compared_with")]

    operations = [
        migrations.AddField(
            model_name="qareport",
            name="phash",
            field=models.BigIntegerField(
                blank=True,
                help_text="The 64 bits of the image's perceptual hash, signed.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="qareport",
            name="nearest",
            field=models.ForeignKey(
                blank=True,
                help_text="The report of the most similar image.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="qa.qareport",
            ),
        ),
    ]
