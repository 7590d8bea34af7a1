"""A database with the catalog that comes with the program."""

import pytest

from playground.catalog.load import Changes, data_files, load


@pytest.fixture
def catalog(db: None) -> Changes:
    """Loads the files into the empty database of the test."""
    return load(data_files())
