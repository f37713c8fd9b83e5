"""Changes every module, builtin, hook and variable that the next program of this framework will find in memory.

accept: exited
start: cold as well
exit_code: 0
"""

import atexit
import builtins
import codecs
import gc
import os
import signal
import socket
import sys
import threading


def broken(*arguments, **keywords):
    os._exit(0)  # what it does to itself


os.environ.clear()
os.environ["PYTHONPATH"] = os.environ["LD_PRELOAD"] = "/work"
sys.path[:] = ["/work"]
sys.meta_path.insert(0, broken)
sys.path_hooks.insert(0, broken)
sys.path_importer_cache.clear()
sys.setrecursionlimit(100)
sys.setswitchinterval(100)
sys.set_int_max_str_digits(640)
sys.argv[:] = ["poisoned"]
sys.unraisablehook = sys.excepthook = threading.excepthook = broken
codecs.register(lambda name: None)
codecs.register_error("strict", broken)
atexit.register(broken)
gc.disable()
gc.set_threshold(1)
gc.callbacks.append(lambda *_: None)
os.umask(0o777)
os.chdir("/")
signal.signal(signal.SIGTERM, broken)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
threading.stack_size(2**20)
socket.setdefaulttimeout(0.001)
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] in ("flask", "jinja2", "click", "random", "email", "html", "fieldguide_harness", "logging"):
        for key in list(vars(module)):
            if callable(vars(module)[key]) and not isinstance(vars(module)[key], type):
                try:
                    setattr(module, key, broken)
                except Exception:
                    pass
        sys.modules[name] = None
builtins.open = builtins.input = builtins.compile = broken
import a_module_that_is_not_there  # noqa: E402, F401
