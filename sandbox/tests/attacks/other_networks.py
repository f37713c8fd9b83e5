"""Tries addresses, protocols and name servers outside.

accept: finished
answer: []
"""

import json
import socket

got = []


def tries(name, action):
    try:
        action()
        got.append(name)
    except OSError:
        pass


tries("internet", lambda: socket.create_connection(("1.1.1.1", 53), 0.5))
tries("metadata", lambda: socket.create_connection(("169.254.169.254", 80), 0.5))
tries("dns", lambda: socket.getaddrinfo("example.org", 80))
tries("udp", lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53)))
tries("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
tries("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
tries("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
tries("vsock", lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
tries("alg", lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET))
tries("mptcp", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262))


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
