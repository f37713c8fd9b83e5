"""Run by the learners' interpreter, as `preloaded.py FOLDER PROFILE`: preloads a profile of FOLDER's harness and prints
what that has left behind, as JSON. Whatever else is printed is a fault.
"""

import json
import os
import sys
import threading

folder, profile = sys.argv[1:]
sys.path.insert(0, folder)

from fieldguide_harness import preload  # noqa: E402


def attribute(module, *names):
    """What is there, or None where the module was not imported."""
    value = sys.modules.get(module)
    for name in names:
        value = getattr(value, name, None)
    return value


def main():
    environment = dict(os.environ)
    preload.preload(profile)
    names = preload.COMMON + preload.MODULES.get(profile, preload.MODULES["python"])
    hub = attribute("gevent._hub_local", "get_hub_if_exists")
    state = {
        "threads": threading.active_count(),
        "tasks": sorted(comm_of(task) for task in os.listdir("/proc/self/task")),
        "descriptors": sorted(filter(None, map(target_of, os.listdir("/proc/self/fd")))),
        "missing": [name for name in names.split() if name not in sys.modules],
        "event_loop_policy": str(attribute("asyncio.events", "_event_loop_policy")),
        "hub": str(hub() if hub else None),
        "patched": bool(attribute("gevent.monkey", "saved")),
        "settings": bool(attribute("django.conf", "settings", "configured")),
        "sanic": list(attribute("sanic", "Sanic", "_app_registry") or ()),
        "runtime": str(attribute("streamlit.runtime.runtime", "Runtime", "_instance")),
        "callbacks": len(attribute("dash._callback", "GLOBAL_CALLBACK_LIST") or ()),
        "environment": sorted(set(os.environ.items()) ^ set(environment.items())),
        "huge_kib": huge_kib(),
        "rehearsal": [name for name in sys.modules if "rehearsal" in name],
    }
    print(json.dumps(state))
    sys.stdout.flush()
    with preload.silence():
        preload.rehearse(profile)  # raises what preload() goes on after


def huge_kib():
    with open("/proc/self/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("AnonHugePages:"))


def comm_of(task):
    with open(f"/proc/self/task/{task}/comm") as file:
        return file.read().strip()


def target_of(descriptor):
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").partition(":")[0]
    except FileNotFoundError:  # the one that listed them
        return None


main()
