WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def read_settings(environ):
    """The settings in environ, typed. Raises ValueError with the name of every variable that is wrong."""
    settings = {
        "DATABASE_URL": environ.get("DATABASE_URL"),
        "PORT": 8000,
        "DEBUG": False,
        "ALLOWED_HOSTS": [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()],
    }
    problems = []

    if not settings["DATABASE_URL"]:
        problems.append("DATABASE_URL is missing")

    if port := environ.get("PORT"):
        try:
            settings["PORT"] = port_number(port)
        except ValueError:
            problems.append(f"PORT is {port!r}, not a whole number from 1 to 65535")

    if debug := environ.get("DEBUG"):
        try:
            settings["DEBUG"] = WORDS[debug.lower()]
        except KeyError:
            problems.append(f"DEBUG is {debug!r}, not one of {', '.join(WORDS)}")

    if problems:
        raise ValueError("; ".join(problems))
    return settings


def port_number(text):
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError("out of range")
    return number
