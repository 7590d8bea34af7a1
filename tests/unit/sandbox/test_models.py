"""The documented figures of the imitated models."""

import pytest

from playground.sandbox.models import DEFAULT_MODELS, find_model


@pytest.mark.parametrize(
    ("slug", "thinking", "context", "output", "concurrency"),
    [
        ("glm-z1-flashx", "inline", 128_000, 32_768, [50, 100, 150, 200]),
        ("glm-z1-air", "inline", 128_000, 32_768, [30, 40, 50, 60]),
        ("glm-4-flashx-250414", "none", 128_000, 16_384, [50, 100, 300, 500]),
        ("glm-4.7-flashx", "always", 200_000, 131_072, []),
        ("glm-4.5", "optional", 128_000, 98_304, []),
        ("glm-4.5-air", "optional", 128_000, 98_304, []),
        ("glm-4.5-x", "optional", 128_000, 98_304, []),
        ("glm-4.5-airx", "optional", 128_000, 98_304, []),
        ("glm-4.5-flash", "optional", 128_000, 98_304, []),
    ],
)
def test_models_have_their_documented_figures(
    slug: str, thinking: str, context: int, output: int, concurrency: list[int]
) -> None:
    model = find_model(DEFAULT_MODELS, slug)
    assert model is not None
    assert (model.thinking, model.context_tokens, model.max_output_tokens) == (thinking, context, output)
    assert [model.concurrency[tier] for tier in sorted(model.concurrency)] == concurrency


def test_slugs_are_unique_and_only_5_3_cannot_stop_thinking() -> None:
    slugs = [model.slug for model in DEFAULT_MODELS]
    assert len(slugs) == len(set(slugs))
    stubborn = [model.slug for model in DEFAULT_MODELS if not model.can_disable and model.thinking != "inline"]
    assert stubborn == ["glm-5.3"]


@pytest.mark.parametrize("name", ["", "/", "glm", "glm-4.5-air/"])
def test_unknown_names_are_nobody(name: str) -> None:
    assert find_model(DEFAULT_MODELS, name) is None
