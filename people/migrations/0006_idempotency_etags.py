from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_without_face'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotencykey',
            name='etag',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
    ]
