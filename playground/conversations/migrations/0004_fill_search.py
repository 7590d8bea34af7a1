"""Makes the index of the conversation search, which is no table of Django's, and fills it with what there is."""

from django.db import migrations

from playground.conversations import gram_store, search_index


def fill(apps, schema_editor):
    gram_store.create()
    names = ("Conversation", "Message", "SearchRoom", "SearchText")
    tables = search_index.Tables(*(apps.get_model("conversations", name) for name in names))
    while search_index.index_pending(limit=500, tables=tables):
        pass


def empty(apps, schema_editor):
    gram_store.drop()


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_lists_and_search")]

    operations = [migrations.RunPython(fill, empty)]
