"""Gives its loopback other addresses and routes, and looks for other machines on the link.

accept: finished
answer: []
"""

import fcntl
import json
import socket
import struct

got = []


def tries(name, action):
    try:
        action()
        got.append(name)
    except OSError:
        pass


control = socket.socket(type=socket.SOCK_DGRAM)
address = struct.pack("16sHH4s8x", b"lo", socket.AF_INET, 0, socket.inet_aton("169.254.169.254"))
tries("SIOCSIFADDR", lambda: fcntl.ioctl(control, 0x8916, address))
tries("SIOCSIFFLAGS", lambda: fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", 0)))
tries("SIOCADDRT", lambda: fcntl.ioctl(control, 0x890B, bytes(120)))
tries("SIOCBRADDBR", lambda: fcntl.ioctl(control, 0x89A0, b"bridge0\0"))
tries("SO_BINDTODEVICE", lambda: control.setsockopt(socket.SOL_SOCKET, 25, b"eth0"))
tries("SO_MARK", lambda: control.setsockopt(socket.SOL_SOCKET, 36, 1))
tries("multicast", lambda: control.sendto(b"x", ("224.0.0.1", 53)))
tries("broadcast", lambda: control.sendto(b"x", ("255.255.255.255", 67)))
tries("multicast 6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("ff02::1%1", 53)))
tries("SO_ATTACH_FILTER", lambda: control.setsockopt(socket.SOL_SOCKET, 50, struct.pack("I", 3)))  # SO_ATTACH_BPF
tries("netfilter", lambda: control.setsockopt(socket.IPPROTO_IP, 64, bytes(84)))
tries("TCP_ULP", lambda: socket.socket().setsockopt(socket.IPPROTO_TCP, 31, b"tls"))


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
