"""Makes the kernel's table of sockets, in which the judge looks for a server, as long as it can.

accept: memory_exceeded, timed_out
wall_seconds: 2
"""

import socket
import time

servers = [socket.create_server(("127.0.0.1", 0), backlog=4096) for _ in range(20)]
while True:
    for server in servers:
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        client.close()
    time.sleep(0.0001)
