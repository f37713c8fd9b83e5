"""Connects to itself, sends, closes, and never accepts: what was sent waits without a descriptor.

accept: memory_exceeded
memory_mib: 64
"""

import socket


def app(environ, start_response):
    servers = []
    for _ in range(40):
        server = socket.socket()
        try:
            server.listen(65535)
        except OSError:
            break
        servers.append(server)
        for _ in range(200):
            client = socket.socket()
            client.setblocking(False)
            try:
                client.connect_ex(("127.0.0.1", server.getsockname()[1]))
                while True:
                    client.send(bytes(65536))
            except OSError:
                pass
            finally:
                client.close()
    start_response("200 OK", [])
    return [b""]
