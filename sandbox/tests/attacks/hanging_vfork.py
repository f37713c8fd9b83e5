"""Waits for a child that was made by vfork and never goes on: a wait that most signals do not end.

accept: timed_out
wall_seconds: 1
machine: x86_64
"""

import ctypes
import mmap

# mov eax, 58 (vfork); syscall; test eax, eax; jnz parent; mov eax, 34 (pause); syscall; jmp back; parent: ret
code = bytes.fromhex("b83a0000000f0585c07509b8220000000f05ebf7c3")
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(code)
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
while True:
    pass
