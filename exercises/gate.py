"""Whether this worker may judge: said by its main process (exercises.worker), heeded by the processes of its pool.

A page of memory that the pool inherits when it is forked. A process that no worker started, such as a shell, has a page
of its own: there the gate is open and nobody hears the question.
"""

import mmap

# Single bytes, each set at once: no lock that a killed process could take with it.
_CLOSED, _CHECK_WANTED = 0, 1
_shared = mmap.mmap(-1, mmap.PAGESIZE)


def close() -> None:
    """The sandbox of this worker refuses: no run is to be claimed here."""
    _shared[_CLOSED] = 1


def open_again() -> None:
    _shared[_CLOSED] = 0


def is_closed() -> bool:
    return bool(_shared[_CLOSED])


def want_check() -> None:
    """Ask the main process to look at the sandbox: a run could not be judged for the lack of one."""
    _shared[_CHECK_WANTED] = 1


def take_wanted_check() -> bool:
    """Whether somebody has asked since the last call."""
    wanted = bool(_shared[_CHECK_WANTED])
    _shared[_CHECK_WANTED] = 0
    return wanted
