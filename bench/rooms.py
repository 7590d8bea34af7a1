"""What the browser opens, in a folder that seed.py filled: a short conversation, one of 1,000 messages, a comparison.

    PLAYGROUND_DATA=... python bench/rooms.py --model NAME

Their answers are bench/answer.md: headings, lists, tables, formulas, code in three languages, Chinese. All are set to
the offer of that model. Writes browser.json into the folder: {"session": key, "rooms": {name: path}, "board": path}.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta

from processes import BENCH
from seed import entry_of, generation_of, open_session

from django.conf import settings  # isort: skip -- after seed, which sets Django up
from django.urls import reverse  # isort: skip

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.conversations import search_index
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry

ANSWER = (BENCH / "answer.md").read_text()
MESSAGES = {"short": 4, "long": 1000}
COLUMNS = 6  # of the comparison


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    offer = Offer.objects.select_related("provider").get(wire_name=parser.parse_args().model)
    user = User.objects.get(email="person0@bench.example")
    rooms = {name: write_room(user, offer, name, messages) for name, messages in MESSAGES.items()}
    while search_index.index_pending(limit=500):
        pass
    paths = {name: reverse("conversation", args=[room.pk]) for name, room in rooms.items()}
    board = columns.begin(user=user, columns=[RunSettings(offer=offer.pk)] * COLUMNS)
    found = {"session": open_session(user), "rooms": paths, "board": reverse("comparison", args=[board.pk])}
    (settings.DATA / "browser.json").write_text(json.dumps(found))


def write_room(user: User, offer: Offer, title: str, messages: int) -> Conversation:
    """A conversation of the last days; a question is a line, an answer 4 KB."""
    team = current_team(user)
    begun = datetime.now(UTC) - timedelta(minutes=10 * messages)
    room = Conversation.objects.create(team=team, user=user, title=title, settings={"offer": str(offer.pk)})
    rows: list[Message] = []
    for number in range(messages):
        row = Message(conversation=room, parent=rows[-1] if rows else None)
        row.created_at = begun + timedelta(minutes=10 * number)
        if number % 2:
            row.role, row.content = Message.Role.ASSISTANT, f"# Answer {number}\n\n{ANSWER}"
        else:
            row.role, row.author, row.content = Message.Role.USER, user, f"Question {number}: how long and how much?"
        rows.append(row)
    Message.objects.bulk_create(rows, batch_size=200)
    answers = rows[1::2]
    entries = Entry.objects.bulk_create([entry_of(answer, user, team, offer) for answer in answers])
    pairs = zip(answers, entries, strict=True)
    Generation.objects.bulk_create(generation_of(answer, entry, user, offer) for answer, entry in pairs)
    room.leaf = rows[-1]
    room.save(update_fields=["leaf"])
    return room


if __name__ == "__main__":
    main()
