"""One probe's conversation over a socket that lives in the jail's network namespace."""

import errno
import os
import selectors
import socket
import time
from contextlib import suppress

from sandbox import http_request
from sandbox.http_response import MAX_BODY_BYTES, ResponseParser
from sandbox.job import HttpProbe
from sandbox.report import Observation

HOST = "127.0.0.1"
READ_BYTES = 65536


class Exchange:
    """Connects, sends the request and reads the answer, as far as can be done without blocking.

    The selector calls it whenever there is something to do. *observation* is what has been seen up to now.
    """

    def __init__(
        self,
        connection: socket.socket,
        port: int,
        probe: HttpProbe,
        selector: selectors.BaseSelector,
        body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._connection = connection
        self._selector = selector
        self._request = memoryview(http_request.encode(probe, port))
        self._parser = ResponseParser(probe.method, body_bytes)
        self._error = ""
        self._started = time.monotonic()
        self._ended: float | None = None
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE, self._advance)
        code = connection.connect_ex((HOST, port))
        if code not in (0, errno.EINPROGRESS):
            self.give_up("refused")

    @property
    def is_done(self) -> bool:
        return self._ended is not None

    @property
    def observation(self) -> Observation:
        parser = self._parser
        return Observation(
            status=parser.status,
            headers=parser.headers,
            body=parser.body,
            truncated=parser.truncated,
            elapsed_ms=round(((self._ended or time.monotonic()) - self._started) * 1000, 2),
            error=self._error or parser.error,
        )

    def give_up(self, error: str) -> None:
        """End it here, with *error* unless the answer is complete."""
        if not self.is_done:
            self._error = error
            self._ended = time.monotonic()

    def close(self) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(self._connection)
        self._connection.close()

    def _advance(self) -> None:
        if self.is_done:
            return
        try:
            self._send()
            self._receive()
        except BlockingIOError:
            pass
        except ConnectionRefusedError:
            self.give_up("refused")
        except OSError:  # reset in the middle of its answer, or before
            self.give_up("closed")
        if self._parser.is_done and not self.is_done:
            self._ended = time.monotonic()

    def _send(self) -> None:
        if not self._request:
            return
        code = self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer without reading everything
            sent = self._connection.send(self._request)
            self._request = self._request[sent:]
            if self._request:
                return
        self._request = memoryview(b"")
        self._selector.modify(self._connection, selectors.EVENT_READ, self._advance)

    def _receive(self) -> None:
        data = self._connection.recv(READ_BYTES)
        if data:
            self._parser.feed(data)
        else:
            self._parser.end_of_stream()
