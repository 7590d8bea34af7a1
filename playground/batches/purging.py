"""Clears away what people deleted, a piece at a time: ten thousand rows at once would keep every run waiting.

Entries of the ledger stay, as always.
"""

from django.db import transaction
from django.utils import timezone

from playground.batches.models import Batch, Row
from playground.conversations.models import Generation, Message

PIECE = 200  # rows


def delete(batch: Batch) -> None:
    """Take a batch out of sight. What runs in it is stopped by who drives it."""
    Batch.objects.filter(pk=batch.pk, deleted_at=None).update(deleted_at=timezone.now())


def purge_a_little() -> bool:
    """Delete a piece of a deleted batch for good, the batch itself with the last one; whether there was any."""
    batch = Batch.objects.filter(deleted_at__isnull=False).order_by("deleted_at").first()
    if batch is None:
        return False
    if Generation.objects.filter(conversation=batch.conversation_id, state__in=Generation.LIVE).exists():
        return False  # it waits for its entries
    with transaction.atomic():
        rows = Row.objects.filter(batch=batch).order_by()
        rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:PIECE])).delete()
        questions = Message.objects.filter(conversation=batch.conversation_id, parent=None).order_by()
        Message.objects.filter(pk__in=list(questions.values_list("pk", flat=True)[:PIECE])).delete()
        if not rows.exists() and not questions.exists():
            batch.conversation.delete()
    return True
