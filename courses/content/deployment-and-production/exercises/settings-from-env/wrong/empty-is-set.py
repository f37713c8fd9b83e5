# fails: A variable that is empty counts as not set
WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def read_settings(environ):
    problems = []
    if "DATABASE_URL" not in environ:
        problems.append("DATABASE_URL is missing")
    port = environ.get("PORT", "8000")
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        problems.append(f"PORT is {port!r}")
    debug = environ.get("DEBUG", "off").lower()
    if debug not in WORDS:
        problems.append(f"DEBUG is {debug!r}")
    if problems:
        raise ValueError(", ".join(problems))
    return {
        "DATABASE_URL": environ["DATABASE_URL"],
        "PORT": int(port),
        "DEBUG": WORDS[debug],
        "ALLOWED_HOSTS": [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()],
    }
