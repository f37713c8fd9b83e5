"""Changes what it has as its standard input, which the judge has written, and looks for more behind it.

accept: finished
exit_code: 0
kind: script
"""

import ctypes
import fcntl
import mmap
import os

libc = ctypes.CDLL(None, use_errno=True)
done = []
before = os.pread(0, 1000, 0)
for path in ("/proc/self/fd/0", "/dev/stdin", "/dev/fd/0"):
    for flags in (os.O_RDWR, os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
        try:
            descriptor = os.open(path, flags)
        except OSError:
            continue
        for name, action in {
            "write": lambda: os.pwrite(descriptor, b"other", 0),
            "grow": lambda: os.ftruncate(descriptor, 2**24),
            "shrink": lambda: os.ftruncate(descriptor, 0),
            "reserve": lambda: os.posix_fallocate(descriptor, 0, 2**24),
            "map": lambda: mmap.mmap(descriptor, 1, prot=mmap.PROT_READ | mmap.PROT_WRITE),
            "seal": lambda: fcntl.fcntl(descriptor, 1033, 0x10),
            "execute": lambda: os.fchmod(descriptor, 0o777) or os.execve(descriptor, ["x"], {}),
        }.items():
            try:
                action()
                done.append(name)
            except OSError:
                pass
os._exit(0 if not done and len(before) > 10 and os.pread(0, 1000, 0) == before else 9)
