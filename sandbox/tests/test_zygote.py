"""Zygotes from outside, where this process lacks what it needs for one."""

import os
import socket
import subprocess

import pytest

from sandbox import jail
from sandbox.zygote import Zygote


def test_zygote_that_cannot_be_started_leaves_no_descriptor(monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError("no more processes")

    place = jail.prepare()
    monkeypatch.setattr(subprocess, "Popen", refuse)
    before = os.listdir("/proc/self/fd")

    with pytest.raises(BlockingIOError):
        Zygote(place, "")

    assert os.listdir("/proc/self/fd") == before


def test_zygote_whose_process_cannot_be_held_counts_as_ended():
    zygote = Zygote(jail.prepare(), "", jobs=1)
    ours, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    zygote.control.close()
    zygote.control = ours
    with inside:
        inside.send(b"Z")  # without the descriptor, as the kernel has it when a process may not open any more

        assert zygote.receive_ready() is None

    zygote.close()
