"""Plays with prctl: asks for privileges, for its privileges after no_new_privs, and for other people's deaths.

accept: finished
answer: []
"""

import ctypes
import json

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "PR_SET_NO_NEW_PRIVS off": (38, 0, 0, 0, 0),
    "PR_SET_SECUREBITS": (28, 0, 0, 0, 0),
    "PR_SET_KEEPCAPS for root's": (28, 1 << 4, 0, 0, 0),
    "PR_CAP_AMBIENT_RAISE": (47, 2, 21, 0, 0),
    "PR_CAPBSET_DROP": (24, 21, 0, 0, 0),
    "PR_SET_MM": (35, 8, 0x10000, 0, 0),
    "PR_SET_SECCOMP off": (22, 0, 0, 0, 0),
    "PR_SET_PTRACER": (0x59616D61, 1, 0, 0, 0),
}
got = [name for name, arguments in CALLS.items() if libc.prctl(*map(ctypes.c_ulong, arguments)) >= 0]
libc.prctl(1, 9, 0, 0, 0)  # die with the parent: pid 1
libc.prctl(36, 1, 0, 0, 0)  # and become the parent of orphans


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
