"""An HTTP/1.1 request as bytes, for a server that shall close the connection afterwards."""

from urllib.parse import quote

from sandbox.job import HttpProbe

_WITH_BODY = ("POST", "PUT", "PATCH")
# Everything printable in ASCII stays as the author wrote it; only what cannot be sent is encoded.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def encode(probe: HttpProbe, port: int) -> bytes:
    lines = [f"{probe.method} {quote(probe.path, safe=_PRINTABLE)} HTTP/1.1"]
    given = {name.lower() for name, _ in probe.headers}
    if "host" not in given:
        lines.append(f"Host: localhost:{port}")
    lines += [f"{name}: {value}" for name, value in probe.headers if name.lower() != "connection"]
    if "content-length" not in given and (probe.body or probe.method in _WITH_BODY):
        lines.append(f"Content-Length: {len(probe.body)}")
    lines.append("Connection: close")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + probe.body
