"""Django settings: one file, read from the environment, safe by default.

Every variable read here is described in docs/settings.md; a test compares the two.
"""

import hashlib
import os
import secrets
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry
from whitenoise.compress import Compressor

from config import env
from config.database import database
from config.logging import logging_config
from config.social import social_providers

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

# local: one machine, `make run`. production: refuses to start without secrets of its own, and wants HTTPS.
DEPLOYMENT = env.choice("DEPLOYMENT", ["local", "production"], "local")
PRODUCTION = DEPLOYMENT == "production"
DEBUG = env.flag("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG shows settings and code to visitors; it cannot be on in production.")


def generated_secret() -> str:
    """The secret in var/, made at the first start; two processes that start at once agree on one."""
    path = VAR_DIR / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        value = path.read_text().strip()
        if value:
            return value
        raise ImproperlyConfigured(f"{path} is empty; delete it and start again.") from None
    with os.fdopen(descriptor, "w") as file:
        value = secrets.token_urlsafe(50)
        file.write(value)
    return value


SECRET_KEY = env.secret("SECRET_KEY", env.REQUIRED if PRODUCTION else "") or generated_secret()

HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, at_least=1, at_most=65535)
SITE_URL = env.text("SITE_URL", env.REQUIRED if PRODUCTION else f"http://localhost:{PORT}").rstrip("/")
site = urlsplit(SITE_URL)
if site.scheme not in ("http", "https") or not site.hostname or site.path:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}; it must look like https://learn.example.org")
HTTPS = site.scheme == "https"
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [site.hostname]) + ([] if PRODUCTION else LOOPBACK_HOSTS)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed (config/asgi.py).
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

INSTALLED_APPS = [
    "config.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
    "config.apps.SiteConfig",
    "courses",
    "exercises",
    "accounts",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.maintenance.MaintenanceMiddleware",  # after the style sheet, and before everything that needs the database
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.time_zone.readers_time_zone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.second_step.mark_staff_without_second_step",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LeaveByPage",
    "accounts.middleware.SeenToday",
    "config.moved.OldAddresses",
    "config.errors.MethodNotAllowedPage",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.preferences.preferences",
            ],
            "builtins": ["config.icons"],
        },
    },
]

DATABASES = {
    "default": database(env.secret("DATABASE_URL", f"sqlite:///{VAR_DIR / 'fieldguide.sqlite3'}"), base=BASE_DIR)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def embedded_redis_socket() -> Path:
    """Where the Valkey of `make run` listens: in var/, or in the temporary folder if that path is too long."""
    path = VAR_DIR / "valkey.sock"
    if len(os.fsencode(path)) < 100:  # sockaddr_un holds 108 bytes
        return path
    name = hashlib.sha256(os.fsencode(VAR_DIR)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"fieldguide-{os.getuid()}-{name}" / "valkey.sock"


EMBEDDED_REDIS_SOCKET = embedded_redis_socket()
REDIS_URL = env.redis_address("REDIS_URL", env.REQUIRED if PRODUCTION else f"unix://{EMBEDDED_REDIS_SOCKET}")
CACHES = {
    "default": {
        "BACKEND": "config.cache.OptionalRedisCache",
        "LOCATION": REDIS_URL,
        # Seconds. It holds what can be done without: nobody waits for a Redis that is away.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
    },
    # What {% cache %} keeps: parts of pages that are the same for many readers. In each process, so that none is older
    # than the code; each is found by everything that it was made of, so that none is ever out of date.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends." + ("dummy.DummyCache" if DEBUG else "locmem.LocMemCache"),
        "LOCATION": "template_fragments",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# Kombu spells a Unix socket differently from redis-py.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True  # the row is the result
# Tasks keep their connection to the database as requests do; config/celery.py closes it when it is old or broken.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "grading"  # batch: everything that nobody waits for
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A submission must not wait for a broker that is away: the row is stored, and the sweeper queues it later.
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "max_retries": 1,
    "interval_start": 0,  # seconds before that second try
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "sweep-runs": {"task": "exercises.sweep_runs", "schedule": 3.0, "options": {"queue": "batch", "expires": 3}},
    "release-scheduled": {
        "task": "exercises.release_scheduled",
        "schedule": 10.0,
        "options": {"queue": "batch", "expires": 10},
    },
    "clear-trials": {"task": "exercises.clear_trials", "schedule": 3600.0, "options": {"queue": "batch"}},
    "clear-uploads": {"task": "config.clear_uploads", "schedule": 3600.0, "options": {"queue": "batch"}},
    "mail-answers": {"task": "exercises.mail_answers", "schedule": 60.0, "options": {"queue": "batch", "expires": 60}},
    "clear-sessions": {"task": "config.clear_sessions", "schedule": 24 * 3600.0, "options": {"queue": "batch"}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
WORKER_CONCURRENCY = env.integer("WORKER_CONCURRENCY", os.cpu_count() or 2, at_least=1, at_most=256)
CELERY_WORKER_CONCURRENCY = WORKER_CONCURRENCY

# Judging
SUBMISSION_RATE = env.rate("SUBMISSION_RATE", "30/min")
DRAFT_RATE = env.rate("DRAFT_RATE", "120/min")
MAX_PENDING = env.integer("MAX_PENDING", 5, at_least=1)
RUN_LEASE_SECONDS = env.integer("RUN_LEASE_SECONDS", 15, at_least=2, at_most=3600)
RUN_MAX_TRIES = env.integer("RUN_MAX_TRIES", 5, at_least=1, at_most=100)
# Read again by the sandbox, which knows nothing of Django; here a mistake stops the start.
SANDBOX_LEVEL = env.choice("SANDBOX_LEVEL", ["full", "rootless"], "")
SANDBOX_UID = env.integer("SANDBOX_UID", 64391, at_least=1000, at_most=2**32 - 2)
SANDBOX_ZYGOTE_MEMORY = env.integer("SANDBOX_ZYGOTE_MEMORY", 1024, at_most=1_000_000)
SANDBOX_ZYGOTE_JOBS = env.integer("SANDBOX_ZYGOTE_JOBS", 300, at_least=1, at_most=1_000_000)

# Accounts
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",  # learners, by e-mail
    "django.contrib.auth.backends.ModelBackend",  # permissions in the admin
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.password_rules.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator")
]
ACCOUNT_LOGIN_METHODS = {"email", "username"}  # staff whom a command made have a user name, and perhaps no address
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"login": "accounts.forms.LoginForm"}
ACCOUNT_USER_DISPLAY = "accounts.naming.display_name"
ACCOUNT_EMAIL_VERIFICATION = env.choice("EMAIL_VERIFICATION", ["none", "optional", "mandatory"], "optional")
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before what could take an account from its owner
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Fieldguide] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = site.scheme
STAFF_REQUIRE_MFA = env.flag("STAFF_REQUIRE_MFA", False)
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "accounts.forms.AddPasskeyForm"}
MFA_TOTP_ISSUER = "Fieldguide"
MFA_TOTP_TOLERANCE = 1  # a code of the last half minute, or of a clock that is fast, is taken too
# An account at a provider belongs to the account here that connected it. The same e-mail address is not enough: whoever
# can make a provider state an address would get in (accounts/adapters.py).
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds
SOCIALACCOUNT_PROVIDERS = social_providers(
    github=(env.text("SOCIAL_GITHUB_ID"), env.secret("SOCIAL_GITHUB_SECRET")),
    gitlab=(env.text("SOCIAL_GITLAB_ID"), env.secret("SOCIAL_GITLAB_SECRET")),
    gitlab_url=env.text("SOCIAL_GITLAB_URL", "https://gitlab.com"),
    google=(env.text("SOCIAL_GOOGLE_ID"), env.secret("SOCIAL_GOOGLE_SECRET")),
    oidc=(env.text("SOCIAL_OIDC_ID"), env.secret("SOCIAL_OIDC_SECRET")),
    oidc_url=env.text("SOCIAL_OIDC_URL"),
    oidc_name=env.text("SOCIAL_OIDC_NAME", "OpenID Connect"),
)
INSTALLED_APPS += [f"allauth.socialaccount.providers.{provider}" for provider in SOCIALACCOUNT_PROVIDERS]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
EMAIL_URL = env.secret("EMAIL_URL", "console:")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Fieldguide <no-reply@{site.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
globals().update(env.email(EMAIL_URL))

# Sessions hold the id of a guest's work: in the database, and long.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 365 * 24 * 3600
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = False  # the page's own script sends it back with a submission

# Headers
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked for from inside, over http
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The code editor makes its style sheet in the page; only pages that ask for the nonce get one.
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],  # the answer of a learner's program as a page: it has a policy of its own, and no scripts
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}

# Texts. The interface speaks one of LANGUAGES, by the cookie or by what the browser asks for; a course has its own
# language. docs/translating.md says how to add one.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# Static files: sources in static/, built ones in static/build/; collected from both. They belong to the
# checkout, not to the installation's data, hence not VAR_DIR.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.assets.HashedStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",  # first: a wrong token is answered with 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PARSER_CLASSES": ["exercises.api.parsing.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {
        "submissions": SUBMISSION_RATE,
        "drafts": DRAFT_RATE,
        "reports": "30/hour",
        "messages": "30/hour",
    },
    "EXCEPTION_HANDLER": "exercises.api.errors.handle",
    "NUM_PROXIES": 0,  # config/asgi.py has put the client's address in place already
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fieldguide API",
    "DESCRIPTION": "Read the lessons, hand in exercises, follow their judging, run code.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "exercises.models.ExerciseVersion.Kind",
        "RunKindEnum": "exercises.models.Trial.Kind",
        "StatusEnum": "exercises.models.Run.Status",
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
METRICS_TOKEN = env.secret("METRICS_TOKEN")
LOG_LEVEL = env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO")
LOG_FORMAT = env.choice("LOG_FORMAT", ["text", "json"], "json" if PRODUCTION or not sys.stderr.isatty() else "text")
LOGGING = logging_config(level=LOG_LEVEL, style=LOG_FORMAT)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
