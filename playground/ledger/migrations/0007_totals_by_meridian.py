"""Totals with the days of readers' time zones, and numbers instead of names. The old ones are thrown away: they are
made again from the entries, by a running server in the background or at once by `manage.py rebuild_totals`."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import playground.ledger.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_browser_sessions"),
        ("ledger", "0006_entry_template"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel("Total"),
        migrations.DeleteModel("TotalCursor"),
        migrations.CreateModel(
            name="Meridian",
            fields=[
                ("east", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("last_entry", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="TotalKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=64)),
                ("model", models.CharField(max_length=200)),
                ("key_label", models.CharField(max_length=100)),
                ("template", models.CharField(max_length=32)),
                ("state", models.CharField(max_length=16)),
                ("currency", models.CharField(max_length=3)),
                ("practice", models.BooleanField()),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=[
                            "team",
                            "user",
                            "provider",
                            "model",
                            "key_label",
                            "template",
                            "state",
                            "currency",
                            "practice",
                        ],
                        name="one_number_per_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Total",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("meridian", models.SmallIntegerField()),
                ("level", models.PositiveSmallIntegerField()),
                ("start", models.PositiveIntegerField()),
                ("entries", models.BigIntegerField()),
                ("unpriced", models.BigIntegerField()),
                ("succeeded", models.BigIntegerField()),
                ("faults", models.BigIntegerField()),
                ("prompt_tokens", models.BigIntegerField()),
                ("cached_tokens", models.BigIntegerField()),
                ("completion_tokens", models.BigIntegerField()),
                ("reasoning_tokens", models.BigIntegerField()),
                ("cost", playground.ledger.fields.AmountField()),
                ("saved", playground.ledger.fields.AmountField()),
                ("ttft", models.TextField()),
                ("speed", models.TextField()),
                (
                    "key",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.totalkey",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["team", "meridian", "level", "start", "key"], name="one_standing_total"
                    )
                ],
            },
        ),
    ]
