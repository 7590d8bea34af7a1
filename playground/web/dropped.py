"""What of run settings a model does not take, said on the page that comes after a redirect: in the flow, not as a toast
that goes by itself."""

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.http import HttpRequest

from playground.conversations.run_settings import told

TAG = "dropped"


def say_dropped(request: HttpRequest, *notes: Mapping[str, str]) -> None:
    """Say each sentence once."""
    for sentence in dict.fromkeys(sentence for some in notes for sentence in told(some)):
        messages.info(request, sentence, extra_tags=TAG)


def dropped(request: HttpRequest) -> Iterable[str]:
    """The sentences for this page; other messages stay for its toasts."""
    return [str(message) for message in messages.get_messages(request) if message.extra_tags == TAG]
