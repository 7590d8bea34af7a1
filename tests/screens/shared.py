"""What a colleague shares: copies of a conversation, so that no picture of the usage has another sum for it."""

from playground.conversations import sharing, threads
from playground.conversations.models import Conversation, Message
from tests.screens.household import Household


def share_some(house: Household) -> None:
    """One to write in, where both have written, and one to read."""
    house.seeded.places["shared"] = str(_shared(house, "write", "LFP line: second scenario").pk)
    house.seeded.places["shared_read"] = str(_shared(house, "read", "LFP line: first scenario").pk)


def _shared(house: Household, how: str, title: str) -> Conversation:
    former = Conversation.objects.get(pk=house.seeded.places["break_even"])
    room = threads.branch_off(Message.objects.get(pk=former.leaf_id), user=house.colleague)
    threads.rename(room, title)
    sharing.share(room, how, by=room.user)
    last_question = Message.objects.filter(conversation=room, role=Message.Role.USER).order_by("-created_at")[0]
    Message.objects.filter(pk=last_question.pk).update(author=house.colleague)
    return room
