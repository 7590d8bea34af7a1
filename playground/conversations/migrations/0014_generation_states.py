from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0013_reserved"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="generation",
            index=models.Index(fields=["conversation", "state"], name="generation_states"),
        ),
    ]
