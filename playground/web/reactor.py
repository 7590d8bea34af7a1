"""Twisted's reactor as Daphne runs on it here: what a socket is to send leaves in the next turn of the loop.

Twisted asks the system to say when it may write, is told so, writes, and takes the wish back: two calls and a turn of
the loop around every frame, for sockets that nearly always have room. Here it writes first, and asks only when
something was left over. Measured at 100 streams, two rounds each: 115 -> 103 us of CPU per token.
"""
# ruff: noqa: N802 - Twisted's names

from asyncio import AbstractEventLoop

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.interfaces import IWriteDescriptor
from twisted.internet.tcp import Server


class EagerReactor(AsyncioSelectorReactor):
    """An asyncio reactor whose accepted connections write before they wait."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._eager: dict[IWriteDescriptor, None] = {}  # in the order in which they asked
        super().__init__(loop)

    def addWriter(self, writer: IWriteDescriptor) -> None:
        """Something is to be sent."""
        if not isinstance(writer, Server) or writer in self._writers:
            super().addWriter(writer)  # type: ignore[no-untyped-call]
            return
        if not self._eager:
            self._loop.call_soon(self._write)
        self._eager[writer] = None

    def removeWriter(self, writer: IWriteDescriptor) -> None:
        """All was sent, or the connection is gone."""
        if writer in self._eager:
            del self._eager[writer]
        else:
            super().removeWriter(writer)  # type: ignore[no-untyped-call]

    def _write(self) -> None:
        for writer in tuple(self._eager):
            if writer in self._eager:
                self._readOrWrite(writer, False)  # type: ignore[no-untyped-call]
                if writer in self._eager:  # not all of it left: the system says when there is room
                    del self._eager[writer]
                    super().addWriter(writer)  # type: ignore[no-untyped-call]
        if self._eager:  # of those whom another's writing woke
            self._loop.call_soon(self._write)
