"""The deeds that start a run: send, edit, regenerate, continue. Each is one transaction.

Every deed carries a `client_id` made by the browser. The same one again returns the same turn, so that a double
click, a retry after a lost ack and fifty parallel sends are one user message, one generation and one upstream call.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.budgets import purses
from playground.budgets.errors import OverBudget
from playground.catalog.queries import OfferFacts
from playground.catalog.recent import facts_and_price
from playground.conversations import output_format, run_settings, sharing, spending
from playground.conversations.complaint import complaint
from playground.conversations.models import LEASE, Conversation, Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.conversations.titles import title_of
from playground.errors import Refused
from playground.prompts.queries import version_for
from playground.statements import Insert, Param, Update
from playground.vault.models import ApiKey
from playground.vault.recent import chosen_key, key_for
from playground.wire.text import clean

MAX_TEXT = 500_000  # characters of one user message

_insert_conversation, _insert_messages, _insert_generation = Insert(Conversation), Insert(Message), Insert(Generation)
_move_on = Update(
    lambda: Conversation.objects.filter(pk=Param.of(Conversation, "id")), ("leaf", "settings", "updated_at")
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a deed made: the rows to show and the generation to run."""

    conversation_id: uuid.UUID
    title: str
    created: bool  # the conversation is new
    user_message_id: uuid.UUID | None
    created_question: bool  # False: only the answer is new, the user message stays
    assistant_message_id: uuid.UUID
    generation_id: uuid.UUID
    made: Generation | None  # with its key, message and conversation; None: this client_id had made the turn already
    model_title: str = ""


def append_turn(
    *,
    user: User,
    conversation: Conversation | None,
    parent_id: uuid.UUID | None,
    client_id: str,
    text: str,
    settings: RunSettings,
    owner: str = "",
) -> Turn:
    """Add a user message and its answer to be, at the end of the conversation's current branch.

    `conversation` None starts a new one; `owner` is the process that will run the answer at once (empty: it waits as
    queued). Raises Refused: `empty_message`, `message_too_long`, `no_offer`, `no_key`, `bad_settings`, `over_budget`;
    `conversation_moved` when `parent_id` is not the end any more; `busy` while the last answer still streams;
    `archived`, as for every deed in a conversation of the archive. Of several who send at once the first to lock the
    conversation goes on with it, and the others are refused with that person's name: nothing of theirs is written.
    """
    text = check_text(text)

    def make() -> Turn:
        room = _lock(conversation.pk) if conversation else new_conversation(user, text)
        if conversation:
            _check_at_end(room, parent_id, user)
        deed = _Deed(user, client_id, owner, settings)
        return _start(deed, room, parent_id=room.leaf_id, asked=_question(user, room, room.leaf_id, text))

    return _once(user, client_id, make)


def ask_apart(
    *, user: User, conversation: Conversation, client_id: str, text: str, settings: RunSettings, owner: str
) -> Turn:
    """A question of its own at the root of a conversation that is no thread, as each row of a batch is one.

    The conversation itself stays as it is, and no search looks into it. Raises Refused as append_turn.
    """
    text = check_text(text)

    def make() -> Turn:
        question = _question(user, conversation, None, text)
        return _start(_Deed(user, client_id, owner, settings), conversation, parent_id=None, asked=question, apart=True)

    return _once(user, client_id, make)


def edit_turn(*, user: User, message: Message, client_id: str, text: str, owner: str = "") -> Turn:
    """Write a user message anew: a sibling of `message` with its own answer; the old branch stays."""
    text = check_text(text)
    if message.role != Message.Role.USER:
        raise Refused("not_editable", _("Only your own messages can be edited."))

    def make() -> Turn:
        room = _lock(message.conversation_id)
        question = _question(user, room, message.parent_id, text)
        question.sums_up = message.sums_up
        deed = _again(user, client_id, owner, room, message)
        return _start(deed, room, parent_id=message.parent_id, asked=question)

    return _once(user, client_id, make)


def regenerate(*, user: User, message: Message, client_id: str, owner: str = "") -> Turn:
    """Answer the same user message again: a sibling of the assistant message `message`. Also what retry does."""
    if message.role != Message.Role.ASSISTANT:
        raise Refused("not_an_answer", _("Only answers can be regenerated."))

    def make() -> Turn:
        room = _lock(message.conversation_id)
        deed = _again(user, client_id, owner, room, message.parent)
        return _start(deed, room, parent_id=message.parent_id, asked=None)

    return _once(user, client_id, make)


def continue_turn(*, user: User, message: Message, client_id: str, owner: str = "") -> Turn:
    """Go on after an answer that broke off: a short visible request to continue, and its own answer."""
    if message.role != Message.Role.ASSISTANT or not message.content:
        raise Refused("nothing_to_continue", _("There is no text to continue from."))
    text = _("Continue exactly where your last answer broke off. Do not repeat what is already there.")

    def make() -> Turn:
        room = _lock(message.conversation_id)
        question = _question(user, room, message.pk, text)
        return _start(_again(user, client_id, owner, room), room, parent_id=message.pk, asked=question)

    return _once(user, client_id, make)


def check_text(text: str) -> str:
    """Return the text as it will be kept, or raise Refused."""
    text = clean(text).strip("\n")
    if not text.strip():
        raise Refused("empty_message", _("Write something first."))
    if len(text) > MAX_TEXT:
        raise Refused("message_too_long", _("A message may have %(count)s characters.") % {"count": f"{MAX_TEXT:,}"})
    return text


def new_conversation(user: User, text: str) -> Conversation:
    """A conversation of the user's current team, named after the first line of its first message; not saved yet."""
    return Conversation(team=current_team(user), user=user, title=title_of(text))


def choose_key(
    user: User,
    conversation: Conversation,
    offer: OfferFacts,
    wanted: uuid.UUID | None = None,
    *,
    team_first: bool = False,
) -> ApiKey | None:
    """The key this run will use: the wanted one, else the first of the person's own and the team's. The sandbox needs
    none.

    A wanted key that cannot be used is refused: another one in its place might have other rights, or cost others. But
    in a shared conversation another person may have wanted one of their own: that wish is theirs alone.
    """
    if offer.practice:
        return None
    if wanted is not None:
        chosen = chosen_key(user=user, team=conversation.team, provider_slug=offer.provider_slug, key_id=wanted)
        if chosen is not None:
            return chosen
        if not _is_anothers(wanted, user):
            raise Refused("no_key", _("This key cannot be used any more. Choose another one."))
    key = key_for(user=user, team=conversation.team, provider_slug=offer.provider_slug, team_first=team_first)
    if key is None:
        raise Refused(
            "no_key",
            _("There is no key for %(provider)s yet. Add one on the Keys page.") % {"provider": offer.provider_name},
        )
    return key


def _is_anothers(key_id: uuid.UUID, user: User) -> bool:
    """Whether a key is some other person's own."""
    return ApiKey.objects.filter(pk=key_id, user__isnull=False).exclude(user=user).exists()


def repair_turn(*, user: User, message: Message, client_id: str, owner: str = "") -> Turn:
    """Send what is wrong with an answer that was to be JSON back to the model, as the next turn."""
    generation = _generation_of(message)
    text = complaint(generation.verdict) if generation and generation.verdict else ""
    if not text:
        raise Refused("nothing_to_repair", _("There is nothing to repair in this answer."))

    def make() -> Turn:
        room = _lock(message.conversation_id)
        question = _question(user, room, message.pk, text)
        return _start(_again(user, client_id, owner, room), room, parent_id=message.pk, asked=question)

    return _once(user, client_id, make)


def give_results(*, user: User, message: Message, client_id: str, results: Sequence[str], owner: str = "") -> Turn:
    """Answer the calls of an answer, one result for each in their order; the model goes on with them.

    Results given before stay as a branch of their own. Raises Refused: `no_calls`, `results_missing`,
    `result_too_long`; else as append_turn.
    """
    generation = _generation_of(message)
    if not message.tool_calls or (generation is not None and generation.state != Generation.State.FINISHED):
        raise Refused("no_calls", _("This answer asks for no results."))
    given = _check_results(message, results)

    def make() -> Turn:
        room = _lock(message.conversation_id)
        row = Message(
            conversation=room, parent_id=message.pk, role=Message.Role.TOOL, results=given, author=user, indexed=True
        )
        return _start(_again(user, client_id, owner, room), room, parent_id=message.pk, asked=row)

    return _once(user, client_id, make)


def summarise(
    *,
    user: User,
    conversation: Conversation,
    parent_id: uuid.UUID | None,
    client_id: str,
    settings: RunSettings,
    owner: str = "",
) -> Turn:
    """Ask for a summary of the conversation so far, as a turn that can be seen; its answer stands for all above it.

    It is written as text and without tools, whatever the conversation is set to. Raises Refused as append_turn, and
    `nothing_to_summarise` before the first answer.
    """
    text = _(
        "Summarise our conversation so far, so that we can go on with your summary alone. Keep the goal, what was "
        "decided and why, the facts, names, figures and code that are still needed, and what is open. Write in the "
        "language of the conversation."
    )

    def make() -> Turn:
        room = _lock(conversation.pk)
        if room.leaf_id is None:
            raise Refused("nothing_to_summarise", _("There is nothing to summarise yet."))
        _check_at_end(room, parent_id, user)
        question = _question(user, room, room.leaf_id, text)
        question.sums_up = True
        deed = _as_text(_Deed(user, client_id, owner, settings))
        return _start(deed, room, parent_id=room.leaf_id, asked=question)

    return _once(user, client_id, make)


def _generation_of(message: Message) -> Generation | None:
    """The run that filled an answer; None for a copy, whose run is that of its origin."""
    return Generation.objects.filter(message=message).first()


def _check_results(message: Message, results: Sequence[str]) -> list[dict[str, str]]:
    texts = [clean(text) for text in results]
    if len(texts) != len(message.tool_calls) or not all(text.strip() for text in texts):
        raise Refused("results_missing", _("Every call needs a result."))
    if sum(map(len, texts)) > MAX_TEXT:
        raise Refused("result_too_long", _("Results may have %(count)s characters.") % {"count": f"{MAX_TEXT:,}"})
    return [
        {"id": str(call.get("id", "")), "name": str(call.get("function", {}).get("name", "")), "content": text}
        for call, text in zip(message.tool_calls, texts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Deed:
    """Who does it, and with which settings; `kept`: those of the conversation, where they are others."""

    user: User
    client_id: str
    owner: str
    settings: RunSettings
    kept: RunSettings | None = None


def _once(user: User, client_id: str, make: Callable[[], Turn]) -> Turn:
    """Run `make` in a transaction; if this client_id has made its turn already, even at this very moment, return it.

    The unique constraint decides: asking first would cost every honest send a query.
    """
    if not client_id or len(client_id) > 64:
        raise Refused("bad_client_id", _("The request carries no usable client id."))
    try:
        with transaction.atomic():
            return make()
    except (IntegrityError, Refused) as trouble:
        turn = _turn_of(user, client_id)  # the second of two sends meets "busy": by the first one's answer
        if turn is None:
            if isinstance(trouble, OverBudget):
                purses.note_refusal(trouble.shortage)
            raise trouble
        return turn


def _turn_of(user: User, client_id: str) -> Turn | None:
    generation = (
        Generation.objects.filter(user=user, client_id=client_id).select_related("message", "conversation").first()
    )
    if generation is None:
        return None
    return Turn(
        conversation_id=generation.conversation_id,
        title=generation.conversation.title,
        created=False,
        user_message_id=generation.message.parent_id,
        created_question=True,
        assistant_message_id=generation.message_id,
        generation_id=generation.id,
        made=None,
    )


def _lock(conversation_id: uuid.UUID) -> Conversation:
    found = Conversation.objects.select_for_update().get(pk=conversation_id)
    if found.archived_at is not None:
        raise Refused("archived", _("This conversation is in the archive. Move it back to the list to write in it."))
    return found


def _check_at_end(conversation: Conversation, parent_id: uuid.UUID | None, user: User) -> None:
    if parent_id is not None and parent_id != conversation.leaf_id:
        raise sharing.moved(conversation, user)
    live = Generation.objects.filter(conversation=conversation, state__in=Generation.LIVE)
    if conversation.leaf_id and live.filter(message=conversation.leaf_id).exists():
        raise sharing.busy(conversation, user)


def _again(
    user: User, client_id: str, owner: str, conversation: Conversation, question: Message | None = None
) -> _Deed:
    """A deed with the settings that the conversation has, anywhere in it; but not while another person's is written.

    `question`: what is asked once more.
    """
    sharing.check_nobody_else_writes(conversation, user)
    deed = _Deed(user, client_id, owner, run_settings.parse(conversation.settings))
    return _as_text(deed) if question is not None and question.sums_up else deed


def _as_text(deed: _Deed) -> _Deed:
    """The deed of a summary: text without tools, whatever the conversation is set to and keeps."""
    plain = replace(deed.settings, functions=(), tool_choice=None, web_search=None, output=None, template=None)
    return replace(deed, settings=plain, kept=deed.settings)


def _question(user: User, conversation: Conversation, parent_id: uuid.UUID | None, text: str) -> Message:
    return Message(conversation=conversation, parent_id=parent_id, role=Message.Role.USER, content=text, author=user)


def _with_known_template(deed: _Deed) -> RunSettings:
    """The settings without a template that is gone, or that this person may not see."""
    named = deed.settings.template
    if named is None or version_for(deed.user, named) is not None:
        return deed.settings
    return replace(deed.settings, template=None)


def _start(
    deed: _Deed,
    conversation: Conversation,
    *,
    parent_id: uuid.UUID | None,
    asked: Message | None,
    apart: bool = False,
) -> Turn:
    """Write the rows of one run: what is asked (None when answering again), empty answer, generation.

    `apart`: the conversation does not go on with it, and the search need not know.
    """
    if deed.settings.offer is None:
        raise Refused("no_offer", _("Choose a model first."))
    offer, price = facts_and_price(deed.settings.offer, scope=f"team:{conversation.team_id}")
    settings = run_settings.fit(_with_known_template(deed), offer)
    output_format.check_schema(settings)
    api_key = choose_key(deed.user, conversation, offer, settings.key, team_first=settings.team_key_first)
    if settings.key and api_key and api_key.pk != settings.key:
        settings = replace(settings, key=None)
    created = conversation._state.adding
    answer = Message(conversation=conversation, parent_id=parent_id, role=Message.Role.ASSISTANT)
    if asked:
        answer.parent = asked
    generation = Generation(
        message=answer,
        conversation=conversation,
        user=deed.user,
        client_id=deed.client_id,
        state=Generation.State.RUNNING if deed.owner else Generation.State.QUEUED,
        lease_owner=deed.owner,
        lease_until=timezone.now() + LEASE if deed.owner else None,
        offer_id=offer.id,
        api_key=api_key,
        settings=settings.to_json(),
        template_version_id=settings.template,
        price=price.to_json() if price else None,
    )
    generation.reserved = spending.reserve(generation, asked=asked, offer=offer, chosen=settings, price=price)
    if apart:
        for message in filter(None, (asked, answer)):
            message.indexed = True
    else:
        conversation.leaf = answer
        conversation.settings = (run_settings.fit(deed.kept, offer) if deed.kept else settings).to_json()
        conversation.updated_at = timezone.now()
    # Rows point at each other; the database checks that when the transaction ends.
    if created:
        _insert_conversation.execute(conversation)
    _insert_messages.execute(*[message for message in (asked, answer) if message])
    if not created and not apart:
        _move_on.execute(
            id=conversation.pk, leaf=answer.pk, settings=conversation.settings, updated_at=conversation.updated_at
        )
    _insert_generation.execute(generation)
    return Turn(
        conversation_id=conversation.pk,
        title=conversation.title,
        created=created,
        user_message_id=asked.pk if asked else parent_id,
        created_question=asked is not None,
        assistant_message_id=answer.pk,
        generation_id=generation.pk,
        made=generation,
        model_title=offer.title,
    )
