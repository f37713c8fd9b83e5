"""Which port a program listens on, as the kernel tells it of the jail's network namespace."""

import os
from contextlib import suppress

PORT = 8000  # where an app is served, and what wins where a program listens on several
FIRST_FREE_PORT = 1024
READ_BYTES = 64 * 1024  # listening sockets come first

_LISTEN = b"0A"
# Addresses as /proc/net/tcp and tcp6 write them (each word of 32 bits in the machine's order) that a connection to
# 127.0.0.1 reaches: 0.0.0.0, 127.0.0.1, ::, and the first two as addresses of IPv6.
_REACHED = frozenset(
    {
        *(b"00000000", b"0100007F", b"0" * 32),
        *(b"0000000000000000FFFF000000000000", b"0000000000000000FFFF00000100007F"),
    }
)


def port_of(proc: int) -> int | None:
    """PORT if it is open, else the lowest that is and does not need a privilege; None if there is none.

    *proc* is a descriptor of the jail's /proc. A socket that only takes IPv6 cannot be told from one that takes both.
    """
    ports = {port for name in ("tcp", "tcp6") for port in _listening(_read(proc, f"1/net/{name}"))}
    if PORT in ports:
        return PORT
    return min((port for port in ports if port >= FIRST_FREE_PORT), default=None)


def _listening(table: bytes) -> list[int]:
    found = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 4 or fields[3] != _LISTEN:
            break
        address, _, port = fields[1].partition(b":")
        if address in _REACHED:
            found.append(int(port, 16))
    return found


def _read(proc: int, path: str) -> bytes:
    with suppress(OSError):  # there is no IPv6, or pid 1 is gone
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
        with open(descriptor, "rb") as file:  # buffered: the kernel gives a page at a time
            return file.read(READ_BYTES)
    return b""
