"""An entry knows the key its run was made with, whatever that is called later. The column may be empty: SQLite adds it
without making the table again, which would lose the triggers of 0002."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_corrections")]

    operations = [migrations.AddField("entry", "api_key", models.UUIDField(null=True))]
