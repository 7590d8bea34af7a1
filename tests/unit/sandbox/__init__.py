"""Tests of the imitation provider, without sockets and without waiting."""
