"""What an offer takes, more exactly: the documented default of max_tokens, and whether earlier thinking can be kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_capabilities")]

    operations = [
        migrations.AddField("offer", "max_tokens_default", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("offer", "keeps_thinking", models.BooleanField(default=False)),
    ]
