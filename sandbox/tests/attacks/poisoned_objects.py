"""Changes objects that the interpreter shares with every program: small numbers, None, code, types, by their addresses.

accept: exited
exit_code: 0
"""

import ctypes
import os
import sys

# A small number: 200 becomes 201 in this process and, if memory were shared, in all others.
ctypes.memmove(id(200) + 24, (201).to_bytes(4, "little"), 4)
# A type that every program uses gets another attribute, past the protection of builtin types.
ctypes.pythonapi.PyType_Modified.argtypes = [ctypes.py_object]
view = str.__dict__
namespace = ctypes.cast(id(view) + 16, ctypes.POINTER(ctypes.py_object)).contents.value
namespace["upper"] = lambda self: "poisoned"
ctypes.pythonapi.PyType_Modified(str)
# The code of the harness's own functions.
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("fieldguide_harness"):
        for value in vars(module).values():
            code = getattr(value, "__code__", None)
            if code is not None and not code.co_freevars:
                value.__code__ = (lambda *_: None).__code__
os._exit(0)
