"""Which port a program listens on, as the kernel tells it of the jail's network namespace."""

import os
from contextlib import suppress
from io import RawIOBase

PORT = 8000  # where an app is served, and what wins where a program listens on several
FIRST_FREE_PORT = 1024
MAX_LINES = 64
SHORTER_THAN_LINES = 128  # bytes; those of tcp have 150, of tcp6 145 and more

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
    ports: list[int] = []
    for name in ("tcp", "tcp6"):
        ports += _listening(proc, name)
        if PORT in ports:
            return PORT
    return min((port for port in ports if port >= FIRST_FREE_PORT), default=None)


def _listening(proc: int, name: str) -> list[int]:
    """Ports from a table in which listening sockets come first.

    To find the others, or none, the kernel walks the sockets of the whole machine, which takes 10 ms and more. So the
    table is read line by line, and not beyond as many as there are.
    """
    found: list[int] = []
    count = min(_in_use(proc, name), MAX_LINES)
    if count == 0:
        return found
    with suppress(OSError):  # pid 1 is gone
        descriptor = os.open(f"1/net/{name}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
        with open(descriptor, "rb", buffering=0) as table:
            _line(table)
            for _ in range(count):
                fields = _line(table).split()
                if len(fields) < 4 or fields[3] != _LISTEN:
                    break
                address, _, port = fields[1].partition(b":")
                if address in _REACHED:
                    found.append(int(port, 16))
    return found


def _in_use(proc: int, name: str) -> int:
    """How many sockets listen or are connected."""
    with suppress(OSError):  # there is no IPv6, or pid 1 is gone
        path = f"1/net/{name.replace('tcp', 'sockstat')}"
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
        with open(descriptor, "rb", buffering=0) as file:
            for line in file.read().splitlines():
                if line.startswith(name.upper().encode() + b": inuse "):
                    return int(line.split()[2])
    return 0


def _line(table: RawIOBase) -> bytes:
    """The next line, its end byte by byte: who wants more than a line makes the kernel look for another one."""
    line = bytearray(table.read(SHORTER_THAN_LINES))
    while not line.endswith(b"\n") and (byte := table.read(1)):
        line += byte
    return bytes(line)
