"""Money, prices and costs. Floor 0, pure: no Django, no clock, no network; everything is Decimal."""
