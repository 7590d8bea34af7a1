from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("batches", "0002_superseded"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="billed",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="batch",
            name="billed_to",
            field=models.BigIntegerField(default=0),
        ),
    ]
