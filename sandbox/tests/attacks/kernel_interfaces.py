"""Calls the parts of the kernel where most escapes were found.

accept: finished
answer: []
machine: x86_64
"""

import json
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
got = []
NUMBERS = {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "add_key": 248, "io_uring_setup": 425,
           "io_setup": 206, "kexec_load": 246, "init_module": 175, "finit_module": 313, "reboot": 169, "swapon": 167,
           "clock_settime": 227, "settimeofday": 164, "adjtimex": 159, "syslog": 103, "quotactl": 179, "iopl": 172,
           "name_to_handle_at": 303, "open_by_handle_at": 304, "fanotify_init": 300, "modify_ldt": 154, "acct": 163,
           "personality": 135, "mq_open": 240, "vmsplice": 278, "execveat": 322, "seccomp": 317, "capset": 126}
for name, number in NUMBERS.items():
    libc.syscall.restype = ctypes.c_long
    arguments = (0x0040000,) if name == "personality" else (0, 0, 0, 0, 0)
    result = libc.syscall(number, *arguments)
    if result >= 0 or ctypes.get_errno() not in (1, 38):
        got.append([name, ctypes.get_errno()])


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
