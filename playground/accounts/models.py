"""Who uses the trial center: users, the teams that own things, and who is in which team. Floor 1."""

import unicodedata
import uuid
import zoneinfo
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.roles import Role
from playground.append_only import WrittenOnce


def fold_email(email: str) -> str:
    """The one spelling under which an address is kept and looked up: NFKC, lower case, no outer blanks."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def check_time_zone(name: str) -> None:
    """Accept the names of the tz database only. Raises ValidationError."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Unknown time zone."), code="time_zone")


class UserManager(BaseUserManager["User"]):
    """Finds people by address in any case. Making one is people.create_user, which also makes the personal team."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=fold_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        CHINESE = "zh-hans", _("Simplified Chinese")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Like the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Currency(models.TextChoices):
        CNY = "CNY", _("Renminbi (¥)")
        USD = "USD", _("US dollar ($)")

        __empty__ = _("As billed")

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    language = models.CharField(
        _("language"),
        max_length=16,
        choices=Language.choices,
        blank=True,
        default="",
        help_text=_("Empty: the language of the browser."),
    )
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    currency = models.CharField(
        _("currency shown first"), max_length=3, choices=Currency.choices, blank=True, default=""
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        default="",
        validators=[check_time_zone],
        help_text=_("Empty: the time zone of the browser."),
    )
    current_team = models.ForeignKey("Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_owner = models.BooleanField(_("owner of the installation"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = fold_email(self.email)

    def save(self, *args: object, **kwargs: object) -> None:
        # Folded on every way in, also when allauth saves a user that no form of ours has cleaned.
        self.email = fold_email(self.email)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def display_name(self) -> str:
        """What others see: the name, else the part of the address before the @."""
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        """Django's and allauth's word for display_name."""
        return self.display_name

    def get_short_name(self) -> str:
        """Django's word for display_name."""
        return self.display_name


class BrowserSession(models.Model):
    """A browser in which somebody is signed in. Its own id names it on pages; the session's key never leaves us."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browser_sessions")
    user_agent = models.CharField(max_length=300, blank=True, default="")
    signed_in_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-last_seen_at",)

    def __str__(self) -> str:
        return f"{self.user_id} since {self.signed_in_at:%Y-%m-%d %H:%M}"


class Team(models.Model):
    """Who owns keys, conversations and costs. Everybody has a personal one from sign-up on."""

    name = models.CharField(_("name"), max_length=100)
    personal = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True)  # nobody is in it any more; ledger and log still name it
    users = models.ManyToManyField(User, through="Member", related_name="teams")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A user's place in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=[(role.value, role.value) for role in Role])
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_team"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="member_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id} as {self.role}"


class Invitation(models.Model):
    """A way into a team for one person, by a signed link (invitations.py) that is good once and for some days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=16, choices=[(role.value, role.value) for role in Role])
    email = models.EmailField(max_length=254, blank=True, default="")  # empty: whoever has the link
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role if role != Role.OWNER]),
                name="invitation_role_below_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.team_id} as {self.role}"

    @classmethod
    def open(cls) -> "models.QuerySet[Invitation]":
        """Those that can still be accepted."""
        return cls.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Deed(WrittenOnce):
    """A line of a team's log: who did what. Written by audit.note alone; the database refuses changes.

    No constraints: deleting a team or a user never touches the log, and the address says who it was.
    """

    team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    person = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    address = models.CharField(max_length=254, blank=True, default="")  # of the person at that time
    name = models.CharField(max_length=64)  # key.added
    subject = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("deed")
        verbose_name_plural = _("deeds")
        indexes = [models.Index(fields=["team", "created_at"], name="deed_team_time")]

    def __str__(self) -> str:
        return f"{self.name} {self.created_at:%Y-%m-%d %H:%M}"


class Installation(models.Model):
    """The one row that says the set-up is done. Its fixed primary key is what lets only one claim through."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    claimed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="only_one_installation")]

    def __str__(self) -> str:
        return f"claimed {self.claimed_at:%Y-%m-%d}"


class AccessToken(models.Model):
    """Lets a program read for a person in one team (accounts/tokens.py). Only a digest of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=100)
    scopes = models.JSONField(default=list)  # of tokens.Scope
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # its last characters
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"
