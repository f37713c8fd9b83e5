"""The harness gives up what a new user namespace gives it."""

import json

from sandbox.tests.layers import run

IN_A_USER_NAMESPACE = """
from sandbox.harness import capabilities
uid, gid = os.getuid(), os.getgid()
assert libc.unshare(0x10000000) == 0, "no user namespaces here"
for path, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
    with open(f"/proc/self/{path}", "w") as file:
        file.write(text)

def sets():
    with open("/proc/self/status") as file:
        lines = (line.split() for line in file)
        return {line[0]: int(line[1], 16) for line in lines if line and line[0].startswith("Cap")}

before = sets(), capabilities.missing()
"""


def test_drop_empties_every_set_and_keeps_the_uid():
    (sets_before, said_before), sets_after, said_after, uid = run(
        IN_A_USER_NAMESPACE + "capabilities.drop(); result = before, sets(), capabilities.missing(), os.getuid()"
    )

    assert sets_before["CapEff:"]
    assert said_before == "there are capabilities left"
    assert set(sets_after) == {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"}
    assert not any(sets_after.values())
    assert said_after == ""
    assert uid == 1000


def test_drop_locks_what_could_give_capabilities_back():
    securebits, kept, raised = run(
        IN_A_USER_NAMESPACE
        + """
capabilities.drop()
result = libc.prctl(27, 0, 0, 0, 0), libc.prctl(8, 1, 0, 0, 0), libc.prctl(47, 2, 21, 0, 0)
"""
    )

    assert securebits == 0b11101111
    assert kept == -1  # PR_SET_KEEPCAPS
    assert raised == -1  # PR_CAP_AMBIENT_RAISE of CAP_SYS_ADMIN


def test_drop_fails_if_the_bounding_set_cannot_be_emptied():
    """A process that may not touch its bounding set could get capabilities from a file."""
    said = run(
        IN_A_USER_NAMESPACE
        + """
import struct
libc.capset(struct.pack("=Ii", 0x20080522, 0), bytes(24))
try:
    capabilities.drop()
    result = "nothing"
except OSError as error:
    result = error.strerror
"""
    )

    assert said == "capability 0 is left in the bounding set", json.dumps(said)
