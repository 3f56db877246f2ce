import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qa", "0002_seed")]

    operations = [
        migrations.AddField(
            model_name="qareport",
            name="compared_with",
            field=models.ForeignKey(
                blank=True,
                help_text="The face that the likeness was measured to.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="qa.faceembedding",
            ),
        ),
    ]
