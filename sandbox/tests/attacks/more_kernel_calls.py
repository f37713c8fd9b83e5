"""Calls the rest of the kernel's dangerous parts, with arguments that would work, and every call newer than this filter.

accept: finished
answer: []
machine: x86_64
"""

import ctypes
import json
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
buffer = ctypes.create_string_buffer(4096)
CALLS = {
    "delete_module": (176, b"nothing", 0), "kexec_file_load": (320, 0, 0, 0, b"", 0), "reboot": (169, 0xFEE1DEAD, 672274793, 0, 0),
    "clock_settime": (227, 0, struct.pack("qq", 0, 0)), "clock_adjtime": (305, 0, buffer), "adjtimex": (159, struct.pack("I204x", 1)),
    "settimeofday": (164, struct.pack("qq", 0, 0), None), "sethostname": (170, b"evil", 4), "setdomainname": (171, b"evil", 4),
    "swapoff": (168, b"/work"), "io_uring_setup": (425, 8, buffer), "io_uring_register": (427, 0, 0, 0, 0),
    "io_uring_enter": (426, 0, 0, 0, 0, 0), "userfaultfd": (323, 1), "perf_event_open": (298, buffer, 0, -1, -1, 0),
    "bpf": (321, 0, struct.pack("IIII", 2, 4, 4, 1), 16), "keyctl": (250, 0, -3, 1), "request_key": (249, b"user", b"x", b"x", -3),
    "add_key": (248, b"user", b"x", b"x", 1, -3), "setns": (308, os.open("/proc/self/ns/net", os.O_RDONLY), 0),
    "setns of pid 1": (308, os.pidfd_open(1), 0x40000000), "clone3": (435, struct.pack("Q80x", 0x10000000), 88),
    "pidfd_getfd": (438, os.pidfd_open(1), 0, 0), "kcmp": (312, 1, os.getpid(), 0, 0, 0), "process_madvise": (440, 0, 0, 0, 0, 0),
    "process_vm_readv": (310, os.getpid(), buffer, 1, buffer, 1, 0), "process_vm_writev": (311, os.getpid(), buffer, 1, buffer, 1, 0),
    "ptrace": (101, 0, 0, 0, 0), "memfd_secret": (447, 0), "mount_setattr": (442, -100, b"/", 0, buffer, 32), "move_mount": (429, 0, b"", 0, b"", 0),
    "fsopen": (430, b"tmpfs", 0), "fsmount": (432, 0, 0, 0), "fspick": (433, -100, b"/", 0), "open_tree": (428, -100, b"/", 0),
    "landlock_create_ruleset": (444, None, 0, 1), "seccomp": (317, 2, 0, buffer), "quotactl_fd": (443, 0, 0, 0, 0),
    "fanotify_init": (300, 0, 0), "lookup_dcookie": (212, 0, buffer, 100), "ioperm": (173, 0, 1, 1), "vhangup": (153,),
    "migrate_pages": (256, 0, 0, 0, 0), "move_pages": (279, 0, 0, 0, 0, 0, 0), "mbind": (237, 0, 0, 0, 0, 0, 0),
    "set_mempolicy": (238, 0, 0, 0), "setxattr": (188, b"/work", b"user.x", b"x", 1, 0), "semget": (64, 0, 1, 0o1600), "msgget": (68, 0, 0o1600),
    "mq_open": (240, b"queue", 0o102, 0o600, 0), "setfsuid": (122, 1), "setresuid": (117, 1000, 1000, 1000), "setgroups": (116, 0, 0),
    "capset": (126, struct.pack("Ii", 0x20080522, 0), bytes(24)), "io_setup": (206, 8, buffer), "uselib": (134, b"/x"),
    "get_kernel_syms": (177, 0), "create_module": (174, 0, 0), "nfsservctl": (180, 0, 0, 0), "sysfs": (139, 3), "ustat": (136, 0, buffer),
    "remap_file_pages": (216, 0, 0, 0, 0, 0), "_sysctl": (156, 0), "modify_ldt": (154, 0, buffer, 100), "syslog": (103, 10, 0, 0),
    **{f"new call {number}": (number, 0, 0, 0, 0, 0) for number in range(453, 600)},
}
got = []
for name, arguments in CALLS.items():
    ctypes.set_errno(0)
    result = libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments))
    if result >= 0 or ctypes.get_errno() not in (1, 38):
        got.append([name, result, ctypes.get_errno()])


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
