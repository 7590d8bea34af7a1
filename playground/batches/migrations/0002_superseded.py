from django.db import migrations, models
from django.db.models import Count, Q


def count_superseded(apps, schema_editor):
    """Of the batches there are: runs of their conversations that are no row's any more."""
    Batch, Generation = apps.get_model("batches", "Batch"), apps.get_model("conversations", "Generation")
    for batch in Batch.objects.filter(rows__attempts__gt=1).distinct():
        runs = Generation.objects.filter(conversation=batch.conversation_id, row=None).order_by()
        batch.superseded = dict(runs.values_list("state").annotate(Count("pk")))
        batch.save(update_fields=["superseded"])


class Migration(migrations.Migration):

    dependencies = [
        ("batches", "0001_batches"),
        ("conversations", "0014_generation_states"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="row",
            name="row_waiting",
        ),
        migrations.AddIndex(
            model_name="row",
            index=models.Index(condition=Q(("generation", None)), fields=["batch", "flaw", "number"], name="row_not_begun"),
        ),
        migrations.AddField(
            model_name="batch",
            name="superseded",
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(count_superseded, migrations.RunPython.noop),
    ]
