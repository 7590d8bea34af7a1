"""What the catalog refuses, with stable codes. Floor 1.

CatalogError               the root
  CatalogFileError         bad_catalog_file: a TOML file; names file, entry and what is wrong
  ProviderRefused          bad_base_url, bad_provider: what somebody typed for a server of their own
  OfferRefused             bad_offer: what somebody typed for a model of their own; no_offer: there is no such offer
  PriceRefused             bad_price: what somebody typed as a price
  PriceListRefused         bad_price_list: a file that is no list of prices
"""

from playground.errors import Refused


class CatalogError(Refused):
    """Root of this floor's errors."""


class CatalogFileError(CatalogError):
    """A catalog file cannot be loaded; nothing of it was."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__("bad_catalog_file", f"{where}: {what}")


class ProviderRefused(CatalogError):
    """A typed provider makes no sense."""


class OfferRefused(CatalogError):
    """An offer makes no sense or does not exist for the one who asks."""


class PriceRefused(CatalogError):
    """A typed price makes no sense."""


class PriceListRefused(CatalogError):
    """A file is no list of prices in a format that is known."""
