# fails: A DEBUG that is a part of a word is malformed
YES = "1, true, yes, on"
NO = "0, false, no, off"


def read_settings(environ):
    problems = []
    if not environ.get("DATABASE_URL"):
        problems.append("DATABASE_URL is missing")
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        problems.append("PORT is malformed")
    debug = (environ.get("DEBUG") or "off").lower()
    if debug not in YES and debug not in NO:
        problems.append("DEBUG is malformed")
    if problems:
        raise ValueError(", ".join(problems))
    return {
        "DATABASE_URL": environ["DATABASE_URL"],
        "PORT": int(port),
        "DEBUG": debug in YES,
        "ALLOWED_HOSTS": [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()],
    }
