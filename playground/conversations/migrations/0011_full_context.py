from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0010_thumbs"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="sums_up",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="written_by",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="generation",
            name="sees_from",
            field=models.UUIDField(null=True),
        ),
    ]
