"""Tests of the served sandbox, over real sockets, with clients that we did not write."""
