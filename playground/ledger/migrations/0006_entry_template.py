"""An entry knows the template that its turn was made with, and the version. Both columns may be empty: SQLite adds them
without making the table again, which would lose the triggers of 0002."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_standing_totals")]

    operations = [
        migrations.AddField("entry", "template", models.UUIDField(null=True)),
        migrations.AddField("entry", "template_version", models.UUIDField(null=True)),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("template_version__isnull", False)),
                fields=["template_version", "created_at"],
                name="entry_template_version",
            ),
        ),
    ]
