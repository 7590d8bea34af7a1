"""Pytest plugin of the step on PostgreSQL: only tests that use the database. The others have just passed on SQLite,
and another database says nothing new about them."""

import pytest

DATABASES = {"db", "transactional_db", "django_db_setup"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what neither asks for the database nor is marked as using it."""
    chosen = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = chosen


def _uses_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
    return marked is not None or not DATABASES.isdisjoint(getattr(item, "fixturenames", ()))
