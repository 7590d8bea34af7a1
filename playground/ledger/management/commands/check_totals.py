"""`python manage.py check_totals`: every entry added up again and compared with the totals. Run every night."""

import logging
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.ledger import check, nightly, standing
from playground.ledger.models import NightlyTask

log = logging.getLogger(__name__)

SHOWN = 20


class Command(BaseCommand):
    """Silent success; or a failure that names what differs, an error in the log and a mail to the owners."""

    help = "Add all entries of the ledger up again and compare them with the totals; fails on any difference."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fold what is new, then compare."""
        with nightly.reporting(nightly.CHECK) as report:
            standing.advance()
            found = check.differences()
            if found:
                report.outcome, report.said = NightlyTask.Outcome.WRONG, "\n".join(found[:SHOWN])
                _raise_alarm(found)
        self.stdout.write("The totals say what the entries say.")


def _raise_alarm(found: Sequence[str]) -> None:
    log.error("%s totals of the usage history differ from the ledger: %s", len(found), "; ".join(found[:SHOWN]))
    _tell_owners(found)
    lines = "\n".join(found[:SHOWN])
    raise CommandError(f"{len(found)} totals differ; `manage.py rebuild_totals` makes them again:\n{lines}")


def _tell_owners(found: Sequence[str]) -> None:
    """By mail, each in their language. A mail that cannot be sent hides nothing: the command fails all the same."""
    for owner in User.objects.filter(is_owner=True, is_active=True).order_by("pk"):
        with translation.override(owner.language or settings.LANGUAGE_CODE):
            subject = _("The totals of the usage history are wrong")
            said = _(
                "%(count)s totals differ from the ledger's entries, which are the truth. The usage pages may show "
                "wrong sums until “manage.py rebuild_totals” has made the totals again."
            ) % {"count": f"{len(found):,}"}
        try:
            send_mail(subject, "\n\n".join([said, *found[:SHOWN]]), None, [owner.email])
        except (OSError, SMTPException):
            log.exception("the owner %s could not be told that totals differ", owner.pk)
