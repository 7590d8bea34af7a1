"""What a comparison with hidden names shows to those who only read it: nothing on the page says which model answered.

Its owner chose to hide them and could look; a reader is to judge without, also in the source of the page.
"""

from dataclasses import replace

from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.comparisons.models import Comparison
from playground.conversations.models import Conversation
from playground.web.money import CostView
from playground.web.thread import GenerationView, MessageView, MeterView, ThreadView

NO_COST = CostView("", "", "none", "")


def is_blind(user: User, conversation: Conversation) -> bool:
    """Whether the person reads a column of somebody's comparison without names. One's own conversations ask nothing."""
    if conversation.user_id == user.pk:
        return False
    return Comparison.objects.filter(columns__conversation=conversation, hides_names=True).exists()


def without_names(view: ThreadView) -> ThreadView:
    """The same part of a conversation."""
    return replace(
        view,
        messages=[nameless(message) for message in view.messages],
        tail=[nameless(message) for message in view.tail],
    )


def nameless(view: MessageView) -> MessageView:
    """The same message without what tells its model: name, cost, and what a provider said of a failure."""
    return replace(view, written_by="", generation=_run(view.generation), meter=_meter(view.meter))


def _run(run: GenerationView | None) -> GenerationView | None:
    if run is None:
        return None
    kept = replace(run, model_title="", error_message="", next_step="", ways=(), retryable=False, wait_seconds=0)
    if not run.error_title:
        return kept
    title, text = _("This answer did not come to its end."), _("The reason is shown with the names.")
    return replace(kept, error_title=title, error_text=text)


def _meter(meter: MeterView | None) -> MeterView | None:
    return meter and replace(meter, cost=NO_COST, practice=False)
