"""The people, their keys and their models: who lives in the house that the pictures show."""

import datetime as dt
from dataclasses import dataclass, field

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str

from playground.accounts.models import Installation, Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.catalog import custom
from playground.catalog.models import Offer, Provider
from playground.vault import keys
from playground.vault.models import ApiKey
from tests.screens.frozen_time import NOW, HeldClock

PASSWORD = "correct horse battery"
ZONE = "Asia/Shanghai"
RACK = ("10.20.0.14", 8000)  # a server of the house's own; nobody answers there
BENCH = ("127.0.0.1", 18_099)  # another one, which servers.py runs: the sandbox over HTTP


@dataclass(slots=True)
class Seeded:
    """Who was made, and where things are: what addresses of screens.py are filled with."""

    people: dict[str, User] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


class Household:
    """Makes people and keys; afterwards it knows the owner, the team and every offer by "provider/wire name"."""

    def __init__(self, clock: HeldClock) -> None:
        self._clock = clock
        self.seeded = Seeded()
        self.owner, self.team = self._people()
        self.offers = self._keys()
        self._links()

    def _people(self) -> tuple[User, Team]:
        self._clock.set(NOW - dt.timedelta(days=60))
        owner = create_user(email="lin.wei@northwind.example", password=PASSWORD, name="Lin Wei", is_owner=True)
        Installation.objects.create(owner=owner)
        team = Team.objects.create(name="Northwind Research")
        Member.objects.create(team=team, user=owner, role=Role.OWNER)
        newcomer = create_user(email="mara.okafor@northwind.example", password=PASSWORD, name="Mara Okafor")
        colleague = create_user(email="he.chuan@northwind.example", password=PASSWORD, name="He Chuan")
        Member.objects.create(team=team, user=colleague, role=Role.MEMBER)
        owner.current_team = team
        colleague.current_team = team
        self.seeded.people = {"owner": owner, "newcomer": newcomer, "colleague": colleague}
        self.colleague = colleague
        for person in self.seeded.people.values():
            person.time_zone = ZONE
            person.save()
        return owner, team

    def _keys(self) -> dict[str, Offer]:
        self._clock.set(NOW - dt.timedelta(days=50))
        server = self._own_server()
        rows = {
            "default": self._key("bigmodel", "Team default", "9f2c41d07be84a55.sample4T7q", tier="V1"),
            "batch": self._key("bigmodel", "Nightly batch", "e07b83aa51cc4e02.samplemW2x", tier="V2"),
            "international": self._key("zai", "International", "zai-sample-0000000000-K9ds"),
            "coding": self._key(
                "bigmodel",
                "Coding Plan",
                "5be1d9007f334cc1.sample8uVn",
                base_url=str(Provider.objects.get(slug="bigmodel").facts["coding_base_url"]),
            ),
            "contractor": self._key("bigmodel", "Old contractor key", "55d0aa3c1e824b7d.sample0pLc"),
            "spare": self._key("vercel", "Gateway, spare", "vck-sample-000000000000-Qe2h"),
            "rack": keys.add(
                team=self.team, user=None, provider=server, label=server.name, key="", created_by=self.owner
            ),
        }
        tested = (
            ("default", "", 212, dt.timedelta(minutes=18)),
            ("batch", "", 188, dt.timedelta(hours=5, minutes=40)),
            ("international", "", 431, dt.timedelta(days=6)),
            ("coding", "no_balance", 240, dt.timedelta(days=1, hours=3)),
            ("contractor", "key_refused", 164, dt.timedelta(days=2)),
            ("rack", "", 38, dt.timedelta(hours=2)),
        )
        for name, code, milliseconds, ago in tested:
            self._clock.set(NOW - ago)
            keys.note_test(rows[name], code=code, milliseconds=milliseconds, refused=code == "key_refused")
            keys.touch(rows[name].pk, user_id=self.owner.pk)
        keys.set_disabled(rows["spare"], disabled=True, by=self.owner)
        self.seeded.places |= {f"{name}_key": str(row.pk) for name, row in rows.items()}
        offers = {
            f"{offer.provider.slug}/{offer.wire_name}": offer
            for offer in Offer.objects.select_related("provider", "language_model")
        }
        own = {offer.wire_name: offer for offer in offers.values() if offer.provider_id == server.pk}
        rack = own["glm-4-9b-chat"]
        self.seeded.places["unpriced_offer"] = str(rack.pk)
        self.seeded.places["practice_offer"] = str(offers["sandbox/zai/glm-4.5-air"].pk)
        self.seeded.places["keyless_offer"] = str(offers["bigmodel/glm-4.5-air"].pk)
        model = offers["bigmodel/glm-z1-air"].language_model
        assert model is not None
        self.seeded.places["model"] = model.slug
        return offers | {"rack": rack, "rack, old": own["glm-4-9b-0414"]}

    def _key(self, provider: str, label: str, key: str, *, tier: str = "V0", base_url: str = "") -> ApiKey:
        return keys.add(
            team=self.team,
            user=None,
            provider=Provider.objects.get(slug=provider),
            label=label,
            key=key,
            created_by=self.owner,
            base_url=base_url,
            tier=tier,
        )

    def _own_server(self) -> Provider:
        for host, port in (RACK, BENCH):
            keys.allow_host(user=self.owner, host=host, port=port)
        scope, address = f"team:{self.team.pk}", "http://{}:{}/v1".format(*RACK)
        server = custom.create_provider(scope=scope, name="Rack 3, vLLM", base_url=address, currency="CNY")
        can = custom.Abilities(context_tokens=131_072, max_output_tokens=8_192)
        for name, title in (("glm-4-9b-chat", "GLM-4-9B-Chat"), ("glm-4-9b-0414", "GLM-4-9B-0414")):
            custom.add_offer(provider=server, wire_name=name, title=title, abilities=can, today=NOW.date())
        return server

    def _links(self) -> None:
        """What only comes by mail: confirming an address, a new password."""
        self._clock.set(NOW)
        newcomer = self.seeded.people["newcomer"]
        address = EmailAddress.objects.create(user=newcomer, email=newcomer.email, primary=True)
        self.seeded.places |= {
            "confirm_key": EmailConfirmationHMAC(address).key,
            # For somebody who does not sign in meanwhile, which would make the link void.
            "reset_uid": user_pk_to_url_str(self.colleague),
            "reset_key": default_token_generator.make_token(self.colleague),
        }
