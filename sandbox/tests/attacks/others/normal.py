"""A program that means no harm, run before and after each attack: it answers how the place looks that it was given.

Before and after must look the same. Then it leaves a secret wherever it can, for which the attack may look.
"""

import builtins
import gc
import hashlib
import json
import os
import re
import resource
import signal
import sys
import threading
import types

WATCHED = re.compile(r"(builtins|sys|os|io|re|json|socket|ssl|threading|logging|importlib|codecs|signal|random|werkzeug|flask|asyncio|"
                     r"django|fastapi|starlette|uvicorn|gevent|fieldguide_harness)(\..*)?|__main__")


def lines(path):
    try:
        with open(path, errors="replace") as file:
            return file.read().splitlines()
    except OSError as error:
        return [type(error).__name__]


def shape(value):
    """What a change of *value* would show in."""
    kind = type(value)  # not isinstance(): lazy objects of frameworks would wake up
    if kind is types.FunctionType:
        code = value.__code__
        return [value.__module__, value.__qualname__, code.co_code.hex(), code.co_names, code.co_varnames]
    if issubclass(kind, type):
        return [value.__module__, value.__qualname__, [shape(value.__dict__[name]) for name in sorted(value.__dict__)
                                                       if type(value.__dict__[name]) is types.FunctionType]]
    if kind in (types.BuiltinFunctionType, types.ModuleType):
        return [value.__name__]
    return [kind.__module__, kind.__qualname__]


def digest(module):
    names = [name for name in sorted(vars(module)) if name not in ("__warningregistry__", "_")]
    return hashlib.sha256(json.dumps([[name, shape(vars(module)[name])] for name in names]).encode()).hexdigest()[:8]


def descriptors():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(re.sub(r"\d+", "N", os.readlink(f"/proc/self/fd/{name}")))
        except OSError:
            pass  # that of the listing itself
    return sorted(found)


def status():
    wanted = ("Uid", "Gid", "Groups", "Seccomp", "NoNewPrivs", "SigBlk", "SigIgn", "SigCgt", "Threads",
              "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NSpid", "Cpus_allowed")
    return [line for line in lines("/proc/self/status") if line.partition(":")[0] in wanted]


place = {
    "modules": sorted(sys.modules),
    "code": {name: digest(module) for name, module in sorted(sys.modules.items())
             if WATCHED.fullmatch(name) and type(module) is types.ModuleType},
    "environment": dict(sorted(os.environ.items())),
    "interpreter": [sys.path, sys.argv, sys.getrecursionlimit(), sys.get_int_max_str_digits(), sys.getswitchinterval(),
                    gc.isenabled(), gc.get_threshold(), len(gc.callbacks), sys.gettrace() is None, sys.getprofile() is None,
                    threading.active_count(), len(sys.meta_path), len(sys.path_hooks), sys.dont_write_bytecode],
    "folders": [[top, sorted(folders), sorted(names)] for start in ("/work", "/tmp", "/dev", "/opt/fieldguide_harness", "/run", "/etc")
                for top, folders, names in os.walk(start)],
    "mounts": sorted([parts[4], parts[5], parts[parts.index("-") + 1]] for parts in map(str.split, lines("/proc/self/mountinfo"))),
    "descriptors": descriptors(),
    "limits": [resource.getrlimit(number) for number in range(16)],
    "status": status(),
    "signals": [str(signal.getsignal(number))[:40] for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE)],
    "processes": sorted((name for name in os.listdir("/proc") if name.isdecimal()), key=int),
    "parents": [os.getpid(), os.getppid(), os.getpgrp(), os.getsid(0)],
    "scheduling": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), lines("/proc/self/oom_score_adj")],
    "cgroup": [re.sub(r"[0-9a-f]{6,}|\d+", "N", line) for line in lines("/proc/self/cgroup")],
    "network": [lines("/proc/sys/net/ipv4/tcp_wmem"), lines("/proc/sys/net/ipv4/tcp_rmem"), len(lines("/proc/self/net/unix")),
                [line.partition(":")[0].strip() for line in lines("/proc/self/net/dev")]],
    "machine": [list(os.uname())[1], os.getcwd(), os.umask(0o022)],
}

with open("target.json") as file:
    secret = "".join(json.load(file)["predecessor"])
for path in ("/work/secret", "/tmp/secret", "/dev/shm/secret"):
    with open(path, "w") as file:
        file.write(secret)
os.environ["SECRET"] = builtins.secret = secret


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(place).encode()]
