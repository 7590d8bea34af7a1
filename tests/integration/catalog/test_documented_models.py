"""What the five documentation pages state about their models, beside limits and prices (test_golden_figures)."""

from datetime import date
from typing import Any

import pytest

from playground.catalog.models import LanguageModel, ModelFamily, Offer, Provider, Source
from playground.catalog.queries import facts_of

pytestmark = pytest.mark.usefixtures("catalog")

SERIES = ("glm-4.5", "glm-4.5-air", "glm-4.5-x", "glm-4.5-airx", "glm-4.5-flash")


def model(slug: str) -> LanguageModel:
    return LanguageModel.objects.get(slug=slug)


def offer(provider: str, wire_name: str) -> Offer:
    return Offer.objects.select_related("provider").get(provider__slug=provider, wire_name=wire_name)


@pytest.mark.parametrize(
    ("slug", "rights"),
    [
        ("glm-z1-flashx", {"V0": 50, "V1": 100, "V2": 150, "V3": 200}),
        ("glm-4-flashx-250414", {"V0": 50, "V1": 100, "V2": 300, "V3": 500}),
        ("glm-z1-air", {"V0": 30, "V1": 40, "V2": 50, "V3": 60}),
    ],
)
def test_concurrency_rights_by_tier(slug: str, rights: dict[str, int]) -> None:
    assert facts_of(offer("bigmodel", slug)).concurrency == rights
    assert facts_of(offer("sandbox", f"bigmodel/{slug}")).concurrency == rights


def test_no_concurrency_rights_are_made_up() -> None:
    stated = {"glm-z1-flashx", "glm-4-flashx-250414", "glm-z1-air"}

    with_rights = Offer.objects.exclude(concurrency={}).values_list("language_model__slug", flat=True)

    assert set(with_rights) == stated


@pytest.mark.parametrize(
    ("slug", "usage", "created"),
    [
        ("glm-z1-flashx", (146, 2411, 2557), 1749459536),
        ("glm-4-flashx-250414", (529, 617, 1146), 1749458204),
        ("glm-z1-air", (140, 2550, 2690), 1749458757),
    ],
)
def test_sample_answers_keep_their_usage(slug: str, usage: tuple[int, int, int], created: int) -> None:
    sample = model(slug).sample

    assert tuple(sample["usage"][part] for part in ("prompt_tokens", "completion_tokens", "total_tokens")) == usage
    assert (sample["created"], sample["finish_reason"]) == (created, "stop")


def test_the_sample_answer_that_names_its_model_otherwise() -> None:
    assert model("glm-4-flashx-250414").sample["echoed_as"] == "glm4flashx250414"


def test_the_sample_request_of_the_series() -> None:
    assert model("glm-4.5").sample["request"] == {"temperature": "0.6", "max_tokens": 4096, "thinking": "enabled"}


@pytest.mark.parametrize(
    ("slug", "titles"),
    [
        ("glm-z1-flashx", ["Data reasoning", "Job matching", "Script generation", "Professional report writing"]),
        (
            "glm-4-flashx-250414",
            [
                "Real-time customer service",
                "High-frequency trading analysis",
                "Meeting summaries",
                "Translation and cross-cultural work",
            ],
        ),
        (
            "glm-z1-air",
            ["Job matching", "Script writing", "Literature comparison", "Data for low-resource languages"],
        ),
        (
            "glm-4.7-flashx",
            [
                "Real-time user-facing apps",
                "High-frequency endpoints",
                "Simple extraction and classification",
                "Pipeline preprocessing",
                "Cost-driven batch work",
            ],
        ),
        *(
            (
                slug,
                [
                    "Web development",
                    "AI assistant",
                    "Smart office",
                    "Question answering",
                    "Complex translation",
                    "Content creation",
                    "Virtual characters",
                ],
            )
            for slug in SERIES
        ),
    ],
)
def test_use_cases(slug: str, titles: list[str]) -> None:
    use_cases = model(slug).use_cases

    assert [use_case["title"] for use_case in use_cases] == titles
    assert all(use_case["text"] for use_case in use_cases)


@pytest.mark.parametrize(
    ("slug", "figures"),
    [
        ("glm-4-flashx-250414", ["128K", "300 pages", "26 languages", "milliseconds", "thousands"]),
        ("glm-z1-flashx", ["GLM-Z1-Air", "open models of its size"]),
        ("glm-z1-air", ["one thirtieth", "DeepSeek-R1", "battle rankings"]),
        ("glm-4.7-flashx", ["fastest", "millions of requests", "less than a second"]),
        (
            "glm-4.5",
            ["52 coding tasks", "six fields", "Claude 4 Sonnet", "Kimi-K2", "Qwen3-Coder", "hour", "five minutes"],
        ),
        ("glm-4.5-air", ["Gemini 2.5 Flash", "Qwen3-235B", "Claude 4 Opus", "first three"]),
    ],
)
def test_claims_of_the_makers_keep_their_figures(slug: str, figures: list[str]) -> None:
    claims = " / ".join(model(slug).claims)

    assert [figure for figure in figures if figure not in claims] == []


@pytest.mark.parametrize(
    ("slug", "base"),
    [
        ("glm-z1-flashx", "glm-z1-flash"),
        ("glm-4-flashx-250414", "glm-4-flash-250414"),
        ("glm-z1-air", "glm-4-air-250414"),
    ],
)
def test_base_models(slug: str, base: str) -> None:
    assert model(slug).facts["base_model"] == base
    assert LanguageModel.objects.filter(slug=base).exists()


def test_benchmarks_are_kept_as_claims_of_the_maker() -> None:
    assert model("glm-z1-air").benchmarks == ["AIME 24", "AIME 25", "LiveCodeBench", "GPQA"]
    assert len(ModelFamily.objects.get(slug="glm-4.5").benchmarks) == 12


def test_the_series_as_a_whole() -> None:
    family = ModelFamily.objects.get(slug="glm-4.5")
    claims = " / ".join(family.claims)

    assert {key: family.facts["price_floor"][key] for key in ("provider", "currency", "input", "output")} == {
        "provider": "zai",
        "currency": "USD",
        "input": "0.2",
        "output": "1.1",
    }
    for figure in ("15 trillion", "second", "first", "twelve", "half", "a third", "100 tokens per second"):
        assert figure in claims
    assert [step["level"] for step in family.thinking_guidance] == ["Simple", "Moderate", "Hard"]


@pytest.mark.parametrize(
    ("slug", "parameters"),
    [("glm-4.5", ("355B total", "32B active")), ("glm-4.5-air", ("106B total", "12B active"))],
)
def test_parameter_counts(slug: str, parameters: tuple[str, str]) -> None:
    assert all(figure in model(slug).parameters for figure in parameters)


def test_the_gateway_page_of_glm_4_7_flashx() -> None:
    sold = offer("vercel", "glm-4.7-flashx")

    assert sold.full_wire_name == "zai/glm-4.7-flashx"
    assert sold.facts["throughput_p50_tps"] == 162
    assert sold.facts["served_by"] == ["zai"]
    assert sold.facts["zero_data_retention"] is False
    assert sold.facts["web_search"] is False
    assert sold.facts["cache_write_price"] == ""
    assert sold.facts["credentials"] == ["API key", "OIDC token"]


def test_an_impossible_release_date_is_kept_apart_from_the_real_one() -> None:
    row = model("glm-4.7-flashx")

    assert row.released == date(2026, 1, 19)
    assert row.facts["released_stated"] == "2025-01-01"


def test_alternatives_lead_to_models_of_the_catalog() -> None:
    alternatives = model("glm-4.7-flashx").alternatives

    assert [alternative["models"] for alternative in alternatives] == [
        ["glm-4.7", "glm-4.7-flash"],
        ["glm-4.7-flash"],
        ["glm-4.6v-flash"],
        ["glm-5"],
    ]


@pytest.mark.parametrize(
    ("provider", "figures"),
    [("bigmodel", ["20 million", "200 million"]), ("zai", ["3 USD per month"]), ("vercel", ["5 USD", "30 days"])],
)
def test_special_offers(provider: str, figures: list[str]) -> None:
    told = Provider.objects.get(slug=provider).facts["special_offer"]

    assert all(figure in told for figure in figures)


PROVIDERS: list[tuple[str, dict[str, Any]]] = [
    (
        "bigmodel",
        {
            "base_url": "https://open.bigmodel.cn/api/paas/v4",
            "currency": "CNY",
            "family": "glm",
            "thinking_switch": "glm",
            "model_prefix": "",
            "asks_usage": False,
            "practice": False,
        },
    ),
    (
        "zai",
        {
            "base_url": "https://api.z.ai/api/paas/v4",
            "currency": "USD",
            "family": "glm",
            "thinking_switch": "glm",
            "model_prefix": "",
            "asks_usage": False,
            "practice": False,
        },
    ),
    (
        "vercel",
        {
            "base_url": "https://ai-gateway.vercel.sh/v1",
            "currency": "USD",
            "family": "openai",
            "thinking_switch": "reasoning",
            "model_prefix": "zai/",
            "asks_usage": True,
            "practice": False,
        },
    ),
    (
        "sandbox",
        {
            "base_url": "http://sandbox.invalid/api/paas/v4",
            "currency": "",
            "family": "glm",
            "thinking_switch": "glm",
            "model_prefix": "",
            "asks_usage": False,
            "practice": True,
        },
    ),
]


@pytest.mark.parametrize(("slug", "fields"), PROVIDERS)
def test_providers_speak_as_the_wire_document_says(slug: str, fields: dict[str, Any]) -> None:
    assert Provider.objects.filter(slug=slug, scope="", **fields).exists()


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        (
            "bigmodel",
            {
                "coding_base_url": "https://open.bigmodel.cn/api/coding/paas/v4",
                "env": "ZHIPUAI_API_KEY",
                "key_format": "id.secret",
                "models_endpoint": False,
                "web_search_engines": ["search_std", "search_pro", "search_pro_sogou", "search_pro_quark"],
            },
        ),
        (
            "zai",
            {
                "coding_base_url": "https://api.z.ai/api/coding/paas/v4",
                "env": "ZAI_API_KEY",
                "key_format": "id.secret",
                "models_endpoint": False,
                "web_search_engines": ["search_pro_jina"],
            },
        ),
        (
            "vercel",
            {"env": "AI_GATEWAY_API_KEY", "models_endpoint": True, "cost_field": "usage.cost", "key_format": "opaque"},
        ),
    ],
)
def test_provider_facts(slug: str, facts: dict[str, Any]) -> None:
    loaded = Provider.objects.get(slug=slug).facts

    assert {key: loaded.get(key) for key in facts} == facts


@pytest.mark.parametrize(
    ("family", "temperature", "top_p"),
    [
        ("glm-z1", None, None),
        ("glm-4", 0.75, 0.9),
        ("glm-4.5", 0.6, 0.95),
        ("glm-4.6", 1.0, 0.95),
        ("glm-4.7", 1.0, 0.95),
        ("glm-5", 1.0, 0.95),
        ("glm-v", 0.8, 0.6),
    ],
)
def test_sampling_defaults_by_family(family: str, temperature: float | None, top_p: float | None) -> None:
    offers = Offer.objects.filter(language_model__family=family).select_related("provider")
    tables = [facts_of(row).parameters for row in offers]

    assert {(table["temperature"].default, table["top_p"].default) for table in tables} == {(temperature, top_p)}
    assert {(table["temperature"].high, table["top_p"].high) for table in tables} == {(1.0, 1.0)}


def test_products_that_are_only_mentioned() -> None:
    assert "CogView-4" in Source.objects.get(slug="guide-glm-4.5").mentions
    assert len(Source.objects.get(slug="guide-glm-z1-air").mentions) == 10


def test_known_contradictions_are_told() -> None:
    assert any("32000" in remark for remark in model("glm-4.5").remarks)
    assert any("glued" in remark for remark in model("glm-5.1").remarks)
    assert "32768" in ModelFamily.objects.get(slug="glm-4").facts["max_tokens_note"]


def test_every_text_has_its_chinese_twin() -> None:
    for row in LanguageModel.objects.all():
        english, chinese = row.words("en"), row.words("zh-hans")
        assert row.translations["zh-hans"]["note"], row.slug
        assert bool(english.summary) == (english.summary != chinese.summary), row.slug
        assert len(english.use_cases) == len(chinese.use_cases), row.slug
        assert len(english.claims) == len(chinese.claims), row.slug
        assert [a["models"] for a in english.alternatives] == [a["models"] for a in chinese.alternatives], row.slug
    series = ModelFamily.objects.get(slug="glm-4.5")
    assert series.words("zh-hans").name == "GLM-4.5 系列"
    assert len(series.words("zh-hans").claims) == len(series.claims)


def test_words_fall_back_to_english() -> None:
    assert model("glm-4.5").words("fr").summary == model("glm-4.5").summary
    assert ModelFamily.objects.get(slug="glm-4.5").words("fr").name == "GLM-4.5 series"
