# fails: Settings that are set come typed
WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def read_settings(environ):
    environ = {name: text.strip().lower() for name, text in environ.items()}
    problems = []
    if not environ.get("DATABASE_URL"):
        problems.append("DATABASE_URL is missing")
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        problems.append("PORT is malformed")
    debug = (environ.get("DEBUG") or "off").lower()
    if debug not in WORDS:
        problems.append("DEBUG is malformed")
    if problems:
        raise ValueError(", ".join(problems))
    return {
        "DATABASE_URL": environ["DATABASE_URL"],
        "PORT": int(port),
        "DEBUG": WORDS[debug],
        "ALLOWED_HOSTS": [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()],
    }
