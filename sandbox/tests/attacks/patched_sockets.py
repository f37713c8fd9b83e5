"""Patches sockets, threads and time with gevent's for the next program.

accept: exited
exit_code: 0
framework: gevent
"""

import os

from gevent import monkey

monkey.patch_all()
import socket  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402

hub = gevent.get_hub()
gevent.spawn(time.sleep, 1000)
time.sleep(0.05)
socket.socket.connect = socket.create_connection = None
os._exit(0 if monkey.is_module_patched("socket") else 9)
