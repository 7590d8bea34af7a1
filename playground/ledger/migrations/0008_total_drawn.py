from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_totals_by_meridian")]

    operations = [
        migrations.AddIndex(
            "total",
            models.Index(
                fields=[
                    *("team", "meridian", "level", "start", "key"),
                    *("entries", "unpriced", "prompt_tokens", "completion_tokens", "cost"),
                ],
                name="total_drawn",
            ),
        ),
    ]
