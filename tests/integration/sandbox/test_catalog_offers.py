"""Every sandbox offer of the catalog names a model that the sandbox knows, with the same limits."""

import pytest

from playground.catalog.models import Offer
from playground.sandbox.models import DEFAULT_MODELS, find_model


@pytest.mark.usefixtures("catalog")
def test_the_catalog_offers_only_what_the_sandbox_imitates() -> None:
    offers = list(Offer.objects.filter(provider__slug="sandbox"))
    assert offers
    for offer in offers:
        model = find_model(DEFAULT_MODELS, offer.wire_name)
        assert model is not None, offer.wire_name
        assert offer.context_tokens in (None, model.context_tokens), offer.wire_name
        assert offer.max_output_tokens in (None, model.max_output_tokens), offer.wire_name
        assert dict(offer.concurrency or {}) in ({}, dict(model.concurrency)), offer.wire_name
        assert (offer.reasoning == "inline") is (model.thinking == "inline"), offer.wire_name
        assert (offer.thinking == "none") is (model.thinking == "none"), offer.wire_name
