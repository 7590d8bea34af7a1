"""Deeds on a comparison that ask nothing: begin, name, add and take away columns, hide names, delete."""

import random
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.comparisons.models import Column, Comparison
from playground.conversations import threads
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.wire.text import clean

LEAST, MOST = 2, 6  # columns
LOT = random.SystemRandom()


def begin(*, user: User, columns: Sequence[RunSettings]) -> Comparison:
    """A comparison with a column for each of the settings; one that was begun and never used is taken instead."""
    team = current_team(user)
    asked = Message.objects.filter(conversation__column__comparison=OuterRef("pk"))
    unused = Comparison.objects.filter(~Exists(asked), user=user, team=team, title="", shared="").first()
    if unused is not None and len(unused.shown_columns()) >= LEAST:
        return unused
    return make(user=user, columns=columns)


@transaction.atomic
def make(*, user: User, columns: Sequence[RunSettings]) -> Comparison:
    """A new comparison with a column for each of the settings."""
    comparison = Comparison.objects.create(team=current_team(user), user=user)
    for settings in columns:
        add_column(comparison, settings)
    return comparison


def add_column(comparison: Comparison, settings: RunSettings) -> Column:
    """One more column, at the right end. Raises Refused("too_many_columns")."""
    with transaction.atomic():
        shared = Comparison.objects.select_for_update().get(pk=comparison.pk).shared
        if len(comparison.shown_columns()) >= MOST:
            raise Refused("too_many_columns", _("A comparison has %(most)s columns at most.") % {"most": MOST})
        last = comparison.columns.aggregate(last=Max("place"))["last"]
        conversation = Conversation.objects.create(
            team=comparison.team,
            user=comparison.user,
            title="",
            title_indexed=True,
            settings=settings.to_json(),
            shared=shared,
        )
        column = Column.objects.create(
            comparison=comparison, conversation=conversation, place=0 if last is None else last + 1
        )
        if comparison.hides_names:
            _draw_lots(comparison)
    return column


def take_away(column: Column) -> list[uuid.UUID]:
    """Take a column out; returns what still runs in it, for the caller to stop. Raises Refused("too_few_columns")."""
    with transaction.atomic():
        comparison = Comparison.objects.select_for_update().get(pk=column.comparison_id)
        if len(comparison.shown_columns()) <= LEAST:
            raise Refused("too_few_columns", _("A comparison needs two columns."))
        return threads.delete(column.conversation)


def rename(comparison: Comparison, title: str) -> None:
    """Give it another title. Raises Refused("empty_title")."""
    title = " ".join(clean(title).split())[:200]
    if not title:
        raise Refused("empty_title", _("A comparison needs a title."))
    comparison.title = title
    comparison.save(update_fields=["title"])


def hide_names(comparison: Comparison, *, hidden: bool) -> None:
    """Show columns without names and in an order by lot, or as they were."""
    with transaction.atomic():
        comparison.hides_names = hidden
        comparison.save(update_fields=["hides_names"])
        if hidden:
            _draw_lots(comparison)


def sync_scroll(comparison: Comparison, *, synced: bool) -> None:
    """Let all columns scroll together, or each by itself."""
    comparison.syncs_scroll = synced
    comparison.save(update_fields=["syncs_scroll"])


def delete(comparison: Comparison) -> list[uuid.UUID]:
    """Take a comparison out of sight; returns what still runs in it, for the caller to stop.

    Its conversations are purged like all deleted ones; entries of the ledger and votes stay.
    """
    with transaction.atomic():
        conversations = Conversation.objects.filter(column__comparison=comparison)
        running = Generation.objects.filter(conversation__in=conversations, state__in=Generation.LIVE)
        found = list(running.values_list("pk", flat=True))
        conversations.filter(deleted_at=None).update(deleted_at=timezone.now())
        comparison.delete()
    return found


def continue_with(column: Column, *, user: User) -> Conversation:
    """A conversation of the user that begins with a copy of the column. Raises Refused("nothing_to_continue")."""
    if column.conversation.leaf_id is None:
        raise Refused("nothing_to_continue", _("This column has no answer yet."))
    leaf = Message.objects.select_related("conversation").get(pk=column.conversation.leaf_id)
    room = threads.branch_off(leaf, user=user)
    threads.rename(room, column.comparison.title)
    return room


def _draw_lots(comparison: Comparison) -> None:
    columns = comparison.shown_columns()
    LOT.shuffle(columns)
    for place, column in enumerate(columns):
        column.blind_place = place
    Column.objects.bulk_update(columns, ["blind_place"])
