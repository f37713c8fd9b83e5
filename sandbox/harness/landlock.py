"""Landlock: what this process and all that come after it may open, start and bind, whatever the mounts show.

A second wall behind the mount namespace, and the only one in front of two things: programs of the host, which the
mounts show together with the libraries that Python needs, and ports other than those that frameworks serve on.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Iterable


def _library_folders() -> set[str]:
    """Where the shared libraries are that this process uses, and a standard library that is the system's."""
    with open("/proc/self/maps") as file:
        libraries = ["/" + line.partition("/")[2] for line in file if ".so" in line]
    folders = {os.path.dirname(path).removeprefix("/usr") for path in (os.__file__, *libraries)}
    inside = {folder for folder in folders if folder.startswith("/lib")}
    return inside | {f"/usr{folder}" for folder in inside}  # where /lib is no link to /usr/lib, some are in either


# What programs need. Not /usr/bin, and not all of /usr/lib, where distributions keep programs as well: the dynamic
# loader must be startable, and starts any program that it can read. /proc has only this job's processes in it; the
# interpreter, the frameworks and the harness lie below /opt.
READ = (
    *("/opt", "/etc", "/proc", "/dev", "/usr/share/zoneinfo", "/usr/lib/os-release"),
    *("/usr/lib/locale", "/usr/lib/ssl", "/usr/lib/terminfo", "/lib/terminfo"),
    *sorted(_library_folders()),
)
WRITE = ("/work", "/tmp", "/dev/shm", "/dev/null", "/dev/zero", "/dev/full")  # noqa: S108 the jail's own
# Where the frameworks serve by default: 8000 Django, FastAPI, Sanic; 5000 Flask; 8050 Dash; 8080 aiohttp, Bottle;
# 8888 Tornado; 6543 Pyramid; 8088 gevent; 8501 Streamlit. 0 lets the kernel choose, as test clients do.
PORTS = (8000, 5000, 8050, 8080, 8888, 6543, 8088, 8501, 0)

# LANDLOCK_ACCESS_FS_*: bit by bit as in linux/landlock.h.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_CHAR, _MAKE_DIR, _MAKE_REG, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM = (1 << bit for bit in range(6, 13))
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

_READING = _READ_FILE | _READ_DIR
# Neither devices nor programs: no file that a learner wrote can be started.
_WRITING = (
    (_WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SOCK | _MAKE_FIFO | _MAKE_SYM)
    | _REFER  # renaming from one folder to another
    | _TRUNCATE
)
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV  # the kernel refuses others on a file

_BIND_TCP = 1 << 0
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1 << 0, 1 << 1

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_RULESET_VERSION = 1 << 0
_RULE_PATH_BENEATH, _RULE_NET_PORT = 1, 2
# A program that is refused something in a loop would fill the host's audit log: log nothing, not after an execve
# either, nor for rule sets that it would make itself.
_LOG_NOTHING = (1 << 0) | (1 << 2)  # LOG_SAME_EXEC_OFF, LOG_SUBDOMAINS_OFF; after an execve nothing is the default

_PR_SET_NO_NEW_PRIVS = 38
_PT_INTERP = 3

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The version of Landlock that the kernel speaks; 0 if it has none or has it switched off."""
    version = int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_RULESET_VERSION)))
    return max(version, 0)


def programs() -> tuple[str, ...]:
    """The files that have to be executable so that Python can start itself: the interpreter and its loader."""
    python = os.path.realpath(sys.executable)
    loader = _loader(python)
    return (python, loader) if loader else (python,)


def restrict(*, read: Iterable[str], write: Iterable[str], execute: Iterable[str], ports: Iterable[int]) -> int:
    """Leave this process and its children, for good, what is named; everything else answers EACCES.

    *read*, *write*: files and folders with all below them; what can be written can be read. *execute*: files. *ports*:
    TCP ports that can be bound (from ABI 4 on; there is nothing for UDP). Names that do not exist are left out.
    From ABI 6 on nothing outside can be signalled, nor reached by an abstract Unix socket; processes that start from
    here share one domain and can signal each other.

    Connecting by TCP is not restricted: Landlock knows ports and no addresses, the test clients of several frameworks
    connect to a port that the kernel has chosen, and the network namespace holds nothing but the job's own servers.

    Returns the ABI that was used. Raises OSError if the kernel has no Landlock or refuses a rule.
    """
    version = abi()
    if version == 0:
        raise _error("Landlock is not available (a kernel of 5.13 or later with lsm=landlock,… has it)")
    handled = _handled(version)
    ports_handled = _BIND_TCP if version >= 4 else 0
    scopes = _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, ports_handled, scopes)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules < 0:
        raise _error("making a Landlock rule set")
    try:
        for path in read:
            _allow_path(rules, path, _READING & handled)
        for path in write:
            _allow_path(rules, path, (_READING | _WRITING) & handled)
        for path in execute:
            _allow_path(rules, path, _EXECUTE | _READ_FILE)
        if ports_handled:
            for port in ports:
                _add_rule(rules, _RULE_NET_PORT, struct.pack("=QQ", _BIND_TCP, port), f"port {port}")
        if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise _error("setting no_new_privs")
        if _libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(_LOG_NOTHING if version >= 7 else 0)) != 0:
            raise _error("restricting ourselves with Landlock")
    finally:
        os.close(rules)
    return version


def missing() -> str:
    """What a process restricted as above could do all the same; "" if the wall stands.

    The kernel does not tell whether a process is restricted, so this tries: the root folder is never among those that
    can be read.
    """
    try:
        os.listdir("/")
    except PermissionError:
        return ""
    return "the root folder can be listed"


def _handled(version: int) -> int:
    """Every access right to files that this ABI knows: what is handled and not allowed by a rule is refused."""
    handled = _REFER - 1
    if version >= 2:
        handled |= _REFER  # before, moving to another folder is refused always
    if version >= 3:
        handled |= _TRUNCATE
    if version >= 5:
        handled |= _IOCTL_DEV
    return handled


def _allow_path(rules: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _OF_A_FILE
        _add_rule(rules, _RULE_PATH_BENEATH, struct.pack("=Qi", access, descriptor), path)
    finally:
        os.close(descriptor)


def _add_rule(rules: int, kind: int, attributes: bytes, what: str) -> None:
    if _libc.syscall(_ADD_RULE, rules, kind, attributes, ctypes.c_uint32(0)) != 0:
        raise _error(f"allowing {what} by Landlock")


def _loader(program: str) -> str:
    """The dynamic loader that an ELF file of 64 bits asks for, or "" if it asks for none."""
    with open(program, "rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            raise OSError(errno.ENOEXEC, "not an ELF file of 64 bits", program)
        table, size, count = (struct.unpack_from(f, header, at)[0] for f, at in (("=Q", 32), ("=H", 54), ("=H", 56)))
        for index in range(count):
            file.seek(table + index * size)
            kind, _, offset, _, _, length = struct.unpack("=IIQQQQ", file.read(40))
            if kind == _PT_INTERP:
                file.seek(offset)
                return file.read(length).rstrip(b"\0").decode()
    return ""


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
