from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_up_again(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was kept says nothing of runs without a price: it is added up again from the ledger when it is needed."""
    apps.get_model("batches", "Batch").objects.exclude(billed_to=0).update(billed={}, billed_to=0)


class Migration(migrations.Migration):
    dependencies = [("batches", "0003_billed")]

    operations = [migrations.RunPython(add_up_again, migrations.RunPython.noop)]
