"""The conversations that others share with the team at work, in the sidebar: newest first, each with whose it is.

They are found by words in their title or their owner's name; the index of texts is each owner's own.
"""

import uuid
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q

from playground.accounts.models import User
from playground.conversations.grams import words_of
from playground.conversations.models import Conversation
from playground.web import access
from playground.web.sidebar import MOST, ROWS, Cursor, groups_of, views_of


def listing(
    user: User,
    *,
    query: str = "",
    current: uuid.UUID | None = None,
    after: Cursor | None = None,
    upto: Cursor | None = None,
) -> dict[str, Any]:
    """Values of `conversations/_conversation_list.html`, as sidebar.listing has them."""
    query = query.strip()
    wanted = access.shared_by_others(user).select_related("user").defer("settings")
    if query:
        wanted = wanted.filter(_named(query))
    if after:
        wanted = wanted.filter(after.older)
    elif upto:
        wanted = wanted.exclude(upto.older)
    limit = MOST if upto else ROWS
    rows = list(wanted[: limit + 1])
    is_cut, rows = len(rows) > limit, [_unpinned(row) for row in rows[:limit]]
    has_more = is_cut or (upto is not None and access.shared_by_others(user).filter(upto.older).exists())
    end = str(upto if upto and not is_cut else Cursor.of(rows[-1])) if rows else ""
    views = views_of(rows, words_of(query), {}, current)
    owners = [{**view, "owner": row.user.display_name} for row, view in zip(rows, views, strict=True)]
    return {
        "groups": groups_of(rows, owners, after),
        "query": query,
        "view": "shared",
        "upto": end if after or upto else "",
        "more": end if has_more else "",
    }


def _named(query: str) -> Q:
    """Every word stands in the title or in the owner's name."""
    words = [Q(title__icontains=word) | Q(user__name__icontains=word) for word in query.split()]
    return reduce(and_, words)


def _unpinned(row: Conversation) -> Conversation:
    """What its owner pinned stands first in the owner's list alone."""
    row.pinned_at = None
    return row
