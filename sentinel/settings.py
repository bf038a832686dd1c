"""One settings file, read from the environment."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data")


def environment_list(name: str) -> list[str]:
    """The comma-separated values of an environment variable."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


# --- security -----------------------------------------------------------------------------------
# `./run` keeps a key in the data folder; a production start without one fails in `check --deploy`.
SECRET_KEY = os.environ.get("SECRET_KEY") or "django-insecure-only-for-commands-without-an-instance"
ENCRYPTION_KEYS = environment_list("ENCRYPTION_KEYS")  # Fernet keys, newest first; by default derived from SECRET_KEY
DEBUG = False
ALLOWED_HOSTS = environment_list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]", "testserver"]
HTTPS = os.environ.get("HTTPS") == "1"  # set behind a TLS proxy
CSRF_TRUSTED_ORIGINS = environment_list("CSRF_TRUSTED_ORIGINS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Private addresses that the crawler may read, as host:port. Everything else private is refused.
ALLOWED_PRIVATE_HOSTS = environment_list("ALLOWED_PRIVATE_HOSTS")
# Seconds between two requests to one of them; a public domain is never asked more often than once a second.
PRIVATE_HOST_DELAY = float(os.environ.get("PRIVATE_HOST_DELAY") or 1.0)

# --- what is installed --------------------------------------------------------------------------
INSTALLED_APPS = [
    "sentinel.core",
    "monitoring",
    "alerts",
    "playbooks",
    "sentinel.drill",
    "template_partials",
    "csp",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sentinel.core.middleware.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sentinel.core.middleware.own_language",
    "sentinel.core.middleware.refuse_cut_bodies",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "sentinel.core.sent_once.SendOnce",
]
ROOT_URLCONF = "sentinel.urls"
ASGI_APPLICATION = "sentinel.asgi.application"
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
                "django.template.context_processors.i18n",
                "sentinel.navigation.navigation",
            ],
        },
    }
]

# --- data ---------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **dj_database_url.parse(os.environ.get("DATABASE_URL") or "postgresql://localhost/sentinel"),
        "CONN_MAX_AGE": 0 if os.environ.get("DATABASE_POOL") else 300,
        "CONN_HEALTH_CHECKS": True,
    }
}
if os.environ.get("DATABASE_POOL"):  # the web process; a pool does not survive the worker's fork
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 10, "timeout": 10}}
REDIS_URL = os.environ.get("REDIS_URL") or "redis://localhost:6379/0"
INSTANCE_ID = os.environ.get("INSTANCE_ID", "")  # told apart by /readyz, so that a stale process is never taken for us
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "sentinel.core.forms.tried_email"
AXES_LOCKOUT_TEMPLATE = "core/locked.html"

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hant"
LANGUAGES = [("zh-hant", "繁體中文"), ("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Taipei"

# --- static files -------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # nothing is collected: static files are served from where they are

# --- mail ---------------------------------------------------------------------------------------
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "sentinel@localhost")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")  # what links in messages begin with
# Told to the sites that are visited, so that they can reach us; an address of this machine alone tells them nothing.
CONTACT_URL = os.environ.get("CONTACT_URL") or (
    "" if urlsplit(PUBLIC_URL).hostname in ("127.0.0.1", "localhost", "::1") else PUBLIC_URL
)

# --- logs ---------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
