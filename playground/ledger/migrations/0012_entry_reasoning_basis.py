"""An entry says how its reasoning tokens are known. The column may be empty: SQLite adds it without making the table
again, which would lose the triggers of 0002."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_nightly_task")]

    operations = [
        migrations.AddField(
            "entry",
            "reasoning_basis",
            models.CharField(
                max_length=16,
                null=True,
                choices=[
                    ("reported", "reported by the provider"),
                    ("estimated", "estimated"),
                    ("none", "nothing was used"),
                ],
            ),
        )
    ]
