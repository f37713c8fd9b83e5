# fails: All that is wrong is named in one error
WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def read_settings(environ):
    if not environ.get("DATABASE_URL"):
        raise ValueError("DATABASE_URL is missing")
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError(f"PORT is {port!r}")
    debug = (environ.get("DEBUG") or "off").lower()
    if debug not in WORDS:
        raise ValueError(f"DEBUG is {debug!r}")
    return {
        "DATABASE_URL": environ["DATABASE_URL"],
        "PORT": int(port),
        "DEBUG": WORDS[debug],
        "ALLOWED_HOSTS": [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()],
    }
