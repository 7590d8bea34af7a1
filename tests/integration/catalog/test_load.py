"""Loading the catalog: from nothing, again, after changes, and from files with mistakes."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from pytest_django import Settings

from playground.catalog.errors import CatalogFileError
from playground.catalog.load import Changes, data_files, load
from playground.catalog.models import (
    LanguageModel,
    ModelFamily,
    Offer,
    PriceRow,
    Provider,
    Source,
    UnnamedRow,
)
from playground.catalog.prices import price_in_force, set_price
from playground.pricing.price import Tier

pytestmark = pytest.mark.django_db

TABLES: tuple[type[Model], ...] = (Source, Provider, ModelFamily, LanguageModel, Offer, PriceRow, UnnamedRow)

SHOP = """\
schema_version = 1
checked = 2026-11-01
[[sources]]
slug = "list"
title = "Price list"
url = "https://shop.example/prices"
date = 2026-10-01
[[sources]]
slug = "other"
title = "Other list"
date = 2026-12-01
[[providers]]
slug = "shop"
name = "Shop"
base_url = "https://shop.example/v1"
currency = "USD"
family = "glm"
thinking_switch = "glm"
temperature_max = "1"
top_p_max = "1"
sort = 1
source = "list"
[[families]]
slug = "fam"
name = "Family"
maker = "Maker"
"""
MODEL = """\
[[models]]
slug = "m1"
name = "M1"
family = "fam"
kind = "text"
status = "current"
sort = 1
thinking = { style = "none", control = "none", default = "never" }
offered_by = ["shop"]
"""
PRICE = """\
[[models.prices]]
provider = "shop"
currency = "USD"
input = "1"
output = "2"
source = "list"
"""

Write = Callable[..., list[Path]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one catalog file, or several under their names, and returns the paths."""

    def write(text: str = "", **named: str) -> list[Path]:
        for old in tmp_path.glob("*.toml"):
            old.unlink()
        for name, content in ({"shop": text} if text else named).items():
            (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
        return sorted(tmp_path.glob("*.toml"))

    return write


def dump() -> dict[str, list[dict[str, Any]]]:
    return {table.__name__: list(table._default_manager.order_by("pk").values()) for table in TABLES}


def prices(wire_name: str = "m1") -> list[tuple[str, date | None, date | None, bool]]:
    rows = PriceRow.objects.filter(offer__wire_name=wire_name).order_by("created_at")
    return [(row.tiers[0]["input"], row.valid_from, row.valid_until, row.use) for row in rows]


def offer(wire_name: str = "m1") -> Offer:
    return Offer.objects.get(wire_name=wire_name)


def input_price(day: date) -> str | None:
    price = price_in_force(offer().pk, day)
    return None if price is None else str(price.tiers[0].input)


def test_loads_everything_from_nothing() -> None:
    changes = load(data_files())

    assert {table.__name__: table._default_manager.count() for table in TABLES} == {
        "Source": 16,
        "Provider": 4,
        "ModelFamily": 7,
        "LanguageModel": 34,
        "Offer": 82,
        "PriceRow": 80,
        "UnnamedRow": 6,
    }
    assert "models 34 added" in str(changes)


def test_loading_twice_changes_nothing(catalog: Changes) -> None:
    before = dump()

    changes = load(data_files())

    assert (bool(changes), str(changes)) == (False, "nothing changed")
    assert dump() == before


def test_the_command_says_in_one_line_what_it_did() -> None:
    first, second = StringIO(), StringIO()

    call_command("load_catalog", stdout=first)
    call_command("load_catalog", stdout=second)

    assert first.getvalue().count("\n") == 1
    assert "providers 4 added" in first.getvalue()
    assert second.getvalue() == "Catalog: nothing changed.\n"


def test_the_command_can_keep_quiet() -> None:
    told = StringIO()

    call_command("load_catalog", verbosity=0, stdout=told)

    assert told.getvalue() == ""
    assert Offer.objects.exists()


def test_an_owners_own_files_are_loaded_too(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "2027-01-01-mine.toml").write_text(SHOP + MODEL + PRICE)
    settings.DATA = tmp_path

    call_command("load_catalog", stdout=StringIO())

    assert offer("m1").provider.slug == "shop"


def test_a_changed_price_follows_the_old_one(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))
    old = PriceRow.objects.get()

    changes = load(write(SHOP + MODEL + PRICE.replace('"1"', '"3"').replace('"list"', '"other"')))

    assert prices() == [("1", None, date(2026, 12, 1), True), ("3", date(2026, 12, 1), None, True)]
    assert PriceRow.objects.filter(pk=old.pk).exists()
    assert str(changes) == "offers 1 changed; prices 1 closed, 1 added"
    assert (input_price(date(2026, 11, 30)), input_price(date(2026, 12, 1))) == ("1", "3")


def test_a_changed_price_stays_settled_when_loaded_again(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))
    changed = SHOP + MODEL + PRICE.replace('"1"', '"3"').replace('"list"', '"other"')
    load(write(changed))
    before = dump()

    assert not load(write(changed))
    assert dump() == before


def test_a_correction_of_the_same_list_takes_over_on_its_day(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))

    load(write(SHOP + MODEL + PRICE.replace('"1"', '"3"')))

    assert prices() == [("1", None, date(2026, 10, 1), True), ("3", date(2026, 10, 1), None, True)]


def test_a_second_correction_leaves_the_first_for_reference(write: Write) -> None:
    for amount in ("1", "3", "4"):
        load(write(SHOP + MODEL + PRICE.replace('"1"', f'"{amount}"')))

    assert prices() == [
        ("1", None, date(2026, 10, 1), True),
        ("3", date(2026, 10, 1), None, False),
        ("4", date(2026, 10, 1), None, True),
    ]


def test_a_price_may_come_back(write: Write) -> None:
    later = SHOP.replace("date = 2026-12-01", "date = 2027-02-01")
    load(write(SHOP + MODEL + PRICE))
    load(write(SHOP + MODEL + PRICE.replace('"1"', '"3"').replace('"list"', '"other"')))

    load(write(later + MODEL + PRICE.replace('"list"', '"other"')))

    assert [input_price(day) for day in (date(2026, 11, 1), date(2027, 1, 1), date(2027, 3, 1))] == ["1", "3", "1"]


def test_a_stated_start_is_the_day_of_the_change(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))

    load(write(SHOP + MODEL + PRICE.replace('"1"', '"3"') + "valid_from = 2027-01-01\n"))

    assert (input_price(date(2026, 12, 31)), input_price(date(2027, 1, 1))) == ("1", "3")


def test_new_words_about_the_same_amounts_make_no_new_price(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))

    changes = load(write(SHOP + MODEL + PRICE.replace('"list"', '"other"') + 'note = "still so"\n'))

    row = PriceRow.objects.get()
    assert (row.source, row.source_date, row.note, row.valid_from) == (
        "Other list",
        date(2026, 12, 1),
        "still so",
        None,
    )
    assert str(changes) == "offers 1 changed; prices 1 confirmed"


def test_an_end_that_becomes_known_closes_the_price(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))

    load(write(SHOP + MODEL + PRICE + "valid_until = 2027-01-01\n"))

    assert prices() == [("1", None, date(2027, 1, 1), True)]


def test_another_row_may_become_the_one_to_use(write: Write) -> None:
    second = PRICE.replace('"1"', '"5"').replace('"list"', '"other"')
    load(write(SHOP + MODEL + PRICE + second + "use = false\n"))

    load(write(SHOP + MODEL + PRICE + "use = false\n" + second))

    assert (input_price(date(2026, 11, 1)), input_price(date(2026, 12, 1))) == ("1", "5")


def test_a_price_that_left_the_files_is_closed(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))

    load(write(SHOP + MODEL))

    assert prices() == [("1", None, date(2026, 11, 1), True)]
    assert input_price(date(2026, 11, 1)) is None


def test_a_typed_price_survives_the_files(write: Write) -> None:
    files = write(SHOP + MODEL + PRICE)
    load(files)
    one = Tier.from_json({"input": "9", "output": "9"})
    set_price(offer_id=offer().pk, currency="USD", tiers=[one], start=date(2026, 11, 5), source="typed by Alice")

    load(files)

    assert (input_price(date(2026, 11, 4)), input_price(date(2026, 11, 5))) == ("1", "9")


def test_an_offer_that_left_the_files_is_disabled_and_may_come_back(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))

    changes = load(write(SHOP))
    gone = offer()
    load(write(SHOP + MODEL + PRICE))

    assert (gone.enabled, gone.disabled_reason) == (False, "withdrawn")
    assert "offers 1 disabled" in str(changes)
    assert (offer().pk, offer().enabled, offer().disabled_reason) == (gone.pk, True, "")


def test_what_an_owner_switched_off_stays_off(write: Write) -> None:
    files = write(SHOP + MODEL + PRICE)
    load(files)
    Offer.objects.update(enabled=False, disabled_reason="by_hand")

    assert not load(files)
    load(write(SHOP + MODEL.replace('"M1"', '"M one"')))

    assert (offer().enabled, offer().disabled_reason, offer().title) == (False, "by_hand", "M one")


def test_changed_figures_change_the_row(write: Write) -> None:
    load(write(SHOP + MODEL))

    changes = load(write(SHOP + MODEL + 'context = "128K"\ncontext_tokens = 128000\n'))

    assert LanguageModel.objects.get().context_tokens == offer().context_tokens == 128_000
    assert str(changes) == "models 1 changed; offers 1 changed"


def test_a_later_file_replaces_what_it_states(write: Write) -> None:
    update = 'schema_version = 1\nchecked = 2027-01-01\n[[models]]\nslug = "m1"\nstatus = "legacy"\n'
    load(write(**{"2026-11-01-a": SHOP + MODEL + PRICE, "2027-01-01-b": update + PRICE.replace('"1"', '"7"')}))

    assert LanguageModel.objects.get().status == "legacy"
    assert LanguageModel.objects.get().name == "M1"
    assert prices() == [("7", None, None, True)]


def test_tiers_of_one_price_belong_together(write: Write) -> None:
    tiers = """\
[[models.prices]]
provider = "shop"
currency = "USD"
source = "list"
tiers = [{ input = "1", output = "2", prompt_max = 32000 }, { input = "3", output = "4", prompt_min = 32000 }]
"""
    load(write(SHOP + MODEL + tiers))

    price = price_in_force(offer().pk, date(2026, 11, 1))

    assert price is not None
    assert [(tier.prompt_min, tier.prompt_max) for tier in price.tiers] == [(0, 32_000), (32_000, None)]


MISTAKES = [
    (PRICE.replace('"1"', '"-1"'), "shop.toml, models 1 (m1), prices 1 (shop list): input must not be negative"),
    (PRICE.replace('"1"', "1.5"), "shop.toml: 1.5 is written as a number"),
    (PRICE.replace('"1"', "1"), "prices 1 (shop list): input must be a number written as a string"),
    (PRICE.replace('"1"', '"one"'), "input must be a number written as a string, not 'one'"),
    (PRICE.replace('"1"', '"0.0000001"'), "prices 1 (shop list): input has more than 6 decimal places"),
    (PRICE.replace('"USD"', '"EUR"'), "currency must be one of CNY, USD, not 'EUR'"),
    (PRICE.replace('"USD"', '"CNY"'), "shop does not bill in CNY"),
    (PRICE.replace('source = "list"\n', ""), "prices 1 (shop): source is missing"),
    (PRICE.replace('"list"', '"rumour"'), "source must be one of list, other, not 'rumour'"),
    (PRICE.replace('"shop"', '"nobody"'), "provider must be one of shop, not 'nobody'"),
    (PRICE + 'cache = "1"\n', "prices 1 (shop list): unknown key cache"),
    (PRICE + "valid_from = 2026-01-02\nvalid_until = 2026-01-02\n", "valid_until 2026-01-02 must be after"),
    (PRICE + "prompt_min = 5\nprompt_max = 5\n", "prompt_max 5 must be above prompt_min 5"),
    (
        PRICE.replace('input = "1"\noutput = "2"\n', "")
        + 'tiers = [{ input = "1", output = "1" }, { input = "2", output = "2" }]\n',
        "prices 1 (shop list): tier 1 overlaps",
    ),
    (
        PRICE.replace('input = "1"\noutput = "2"\n', "") + 'tiers = [{ input = "1", output = "1", inpt = "2" }]\n',
        "prices 1 (shop list), tiers 1: unknown key inpt",
    ),
    (MODEL.replace("sort = 1", "sort = -1"), "sort must be a whole number and not negative"),
    ("[[texts]]\nlanguage = 'zh-hans'\nmodel = 'm1'\nnote = 'x'\n", "note does not say as much as the English entry"),
    ("[[sources]]\nslug = 'bad'\ntitle = 'x'\nurl = 'javascript:x'\n", "sources 3 (bad): url must begin with https"),
    ("[[unnamed_rows]]\nprovider = 'shop'\nsource = 'list'\n", "unnamed_rows 1: released is missing"),
]


@pytest.mark.parametrize(("text", "complaint"), MISTAKES, ids=[complaint for _, complaint in MISTAKES])
def test_a_mistake_is_named_with_its_file_and_entry(write: Write, text: str, complaint: str) -> None:
    with pytest.raises(CatalogFileError) as caught:
        load(write(SHOP + MODEL + text))

    assert complaint in caught.value.message
    assert caught.value.message.startswith("shop.toml")
    assert caught.value.code == "bad_catalog_file"


BROKEN_ENTRIES = [
    ('kind = "text"', 'kind = "smell"', "models 1 (m1): kind must be one of text, vision, not 'smell'"),
    ('status = "current"', 'status = "great"', "status must be one of"),
    ('family = "fam"', 'family = "tribe"', "family must be one of fam"),
    ('offered_by = ["shop"]', 'offered_by = ["nobody"]', "offered_by names nobody, which is not known"),
    ('offered_by = ["shop"]', 'features = ["flying"]', "features names flying"),
    ('offered_by = ["shop"]', "concurrency = { shop = { V0 = 1 } }", "concurrency must give V0, V1, V2, V3"),
    (
        'offered_by = ["shop"]',
        "concurrency = { shop = { V0 = 0, V1 = 1, V2 = 1, V3 = 1 } }",
        "concurrency must be whole numbers above 0",
    ),
    ('offered_by = ["shop"]', 'figure_sources = { context = "rumour" }', "figure_sources names rumour"),
    ('offered_by = ["shop"]', 'alternatives = [{ when = "x", models = ["m2"] }]', "m1 points to m2"),
    ('offered_by = ["shop"]', "relased = 2026-01-01", "unknown key relased"),
    ('name = "M1"\n', "", "models 1 (m1): name is missing"),
    ("sort = 1\nthinking", 'sort = 1\nreleased = "May"\nthinking', "released must be a date, not 'May'"),
    ('style = "none"', 'style = "loud"', "models 1 (m1), thinking: style must be one of"),
]


@pytest.mark.parametrize(("good", "bad", "complaint"), BROKEN_ENTRIES, ids=[c[2] for c in BROKEN_ENTRIES])
def test_a_broken_entry_is_named(write: Write, good: str, bad: str, complaint: str) -> None:
    assert good in MODEL

    with pytest.raises(CatalogFileError) as caught:
        load(write(SHOP + MODEL.replace(good, bad)))

    assert complaint in caught.value.message


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("schema_version = 2\nchecked = 2026-11-01\n", "this version of the schema is not known"),
        ("schema_version = 1\n", "checked is missing"),
        ("schema_version = 1\nchecked = 2026-11-01\nprovider = 1\n", "unknown key provider"),
        ("schema_version = 1\nchecked = 2026-11-01\nmodels = 1\n", "models must be a list of tables"),
        ("schema_version = 1\nchecked = 2026-11-01\nmodels = [1]\n", "must be a table"),
        ("schema_version = \n", "shop.toml: Invalid value"),
    ],
)
def test_a_file_that_is_no_catalog_is_refused(write: Write, content: str, complaint: str) -> None:
    with pytest.raises(CatalogFileError, match=complaint):
        load(write(content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogFileError, match=r"nowhere\.toml"):
        load([tmp_path / "nowhere.toml"])


def test_a_mistake_anywhere_loads_nothing(write: Write) -> None:
    load(write(SHOP + MODEL + PRICE))
    before = dump()

    with pytest.raises(CatalogFileError):
        load(write(a=SHOP + MODEL.replace('"M1"', '"M2"'), b="schema_version = 1\n"))

    assert dump() == before


def test_the_command_says_what_is_wrong_without_a_traceback(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "mine.toml").write_text("schema_version = 3\n")
    settings.DATA = tmp_path

    with pytest.raises(CommandError, match=r"mine\.toml"):
        call_command("load_catalog", stdout=StringIO())
