# fails: A DEBUG that is none of the words is named
def read_settings(environ):
    problems = []
    if not environ.get("DATABASE_URL"):
        problems.append("DATABASE_URL is missing")
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        problems.append("PORT is malformed")
    if problems:
        raise ValueError(", ".join(problems))
    return {
        "DATABASE_URL": environ["DATABASE_URL"],
        "PORT": int(port),
        "DEBUG": environ.get("DEBUG", "").lower() in ("1", "true", "yes", "on"),
        "ALLOWED_HOSTS": [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()],
    }
