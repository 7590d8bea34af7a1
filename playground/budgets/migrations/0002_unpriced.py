from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("budgets", "0001_budgets")]

    operations = [
        migrations.AddField("purse", "unpriced", models.BigIntegerField(default=0)),
        migrations.AddField("pursehour", "unpriced", models.BigIntegerField(default=0)),
        migrations.AlterField(
            "budget",
            "unpriced",
            models.CharField(
                choices=[("refuse", "Refuse them"), ("allow", "Let them run, counted beside")],
                default="refuse",
                max_length=8,
            ),
        ),
    ]
