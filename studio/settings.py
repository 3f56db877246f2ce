"""All settings in one file; the environment decides, and everything runs with nothing set.

docs/settings.md lists every variable; a test compares that table with this file.
"""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from studio.lib import env, fault_points, logs, outbound

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- who we are -------------------------------------------------------------------------------
DEBUG = env.boolean("DEBUG", default=False)
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
HTTPS = SITE_URL.startswith("https://")
SECRET_KEY = env.generated_secret("SECRET_KEY", VAR_DIR / "secret_key")
JWT_SIGNING_KEY = env.generated_secret("JWT_SIGNING_KEY", VAR_DIR / "jwt_signing_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", f"{SITE_HOST},127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []
TRUSTED_PROXY = env.boolean("TRUSTED_PROXY", default=False)

if len(SECRET_KEY) < 32 or len(JWT_SIGNING_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY and JWT_SIGNING_KEY need at least 32 characters each.")
if SECRET_KEY == JWT_SIGNING_KEY:
    raise ImproperlyConfigured("JWT_SIGNING_KEY must differ from SECRET_KEY.")
if "*" in ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; '*' is for DEBUG only.")
if HTTPS and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off where SITE_URL is https.")
if HTTPS and not TRUSTED_PROXY:
    raise ImproperlyConfigured(
        "SITE_URL is https, which a proxy in front has to speak: say TRUSTED_PROXY=yes once it "
        "sets X-Forwarded-Proto and X-Real-IP on every request and is the only way in."
    )

# --- apps: lower ones may import from upper ones, never the other way ---------------------------
INSTALLED_APPS = [
    "daphne",
    "people.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "axes",
    "people",
    "audit",
    "jobs",
    "qa",
    "comfy_bridge",
    "characters",
    "variants",
    "identity",
    "webhooks",
    "studio",
]

MIDDLEWARE = [
    "studio.tracing.Traced",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "audit.recording.RequestContext",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.signed_out.SignedOut",
    "studio.views.RefusalPages",
    "axes.middleware.AxesMiddleware",
]

if TRUSTED_PROXY:
    MIDDLEWARE.insert(0, "studio.lib.proxies.ClientAddress")

ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
WSGI_APPLICATION = "studio.wsgi.application"
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
                "csp.context_processors.nonce",
                "studio.views.page_context",
            ],
            "builtins": ["studio.templatetags.ui"],
        },
    }
]

# --- data ---------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'studio.sqlite3'}")
DATABASES = {"default": env.env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Threads of a test need a database on disk: an in-memory one locks whole tables.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    # Whoever asks while the database is out of reach gets an answer soon, /readyz among them.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))
MEDIA_ACCEL_PREFIX = env.text("MEDIA_ACCEL_PREFIX")
if MEDIA_ACCEL_PREFIX and not re.fullmatch(r"/[a-z0-9_-]+/", MEDIA_ACCEL_PREFIX):
    raise ImproperlyConfigured("MEDIA_ACCEL_PREFIX is one folder between slashes: /_media/.")
STORAGE_URL = env.text("STORAGE_URL")  # s3://bucket/prefix?endpoint_url=…
STORAGES = {
    "default": {
        "BACKEND": "studio.lib.files.WholeFileStorage",
        "OPTIONS": {"location": MEDIA_ROOT},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
IMAGE_ORIGINS: list[str] = []
if STORAGE_URL:
    S3_OPTIONS = env.s3_options(STORAGE_URL)
    STORAGES["default"] = {
        "BACKEND": "studio.lib.objects.WholeObjectStorage",
        "OPTIONS": S3_OPTIONS,
    }
    IMAGE_ORIGINS = env.s3_origins(S3_OPTIONS)

EXPORT_DIR = env.folder("EXPORT_DIR")

ORPHAN_GRACE_H = env.number("ORPHAN_GRACE_H", default=24)
if ORPHAN_GRACE_H < 2:
    raise ImproperlyConfigured("ORPHAN_GRACE_H is at least 2: an upload needs time to end.")

TRASH_DAYS = env.integer("TRASH_DAYS", default=30)
if not 1 <= TRASH_DAYS <= 3650:
    raise ImproperlyConfigured("TRASH_DAYS is 1 to 3650: how long deleted images can be restored.")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True

# In the process: what is made of a variant costs more to bring from elsewhere than to make anew
# (variants/keeping.py).
CACHES = {
    name: {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": entries},
    }
    for name, entries in (("default", 10_000), ("variants", 5_000))
}

# --- workers and events -------------------------------------------------------------------------
REDIS_URL = env.text("REDIS_URL")
REDIS_PREFIX = env.text("REDIS_PREFIX", "studio")
STUDIO_WORKERS = env.text("STUDIO_WORKERS", "none" if REDIS_URL else "embedded")
if STUDIO_WORKERS not in {"embedded", "none"}:
    raise ImproperlyConfigured("STUDIO_WORKERS is 'embedded' (in the server process) or 'none'.")
if STUDIO_WORKERS == "embedded" and REDIS_URL:
    raise ImproperlyConfigured(
        "With REDIS_URL, workers are processes of their own (dramatiq studio.worker): "
        "leave STUDIO_WORKERS unset or say 'none'."
    )
JOB_LEASE_S = env.number("JOB_LEASE_S", default=60)
JOB_HEARTBEAT_S = env.number("JOB_HEARTBEAT_S", default=15)
JOB_SWEEP_S = env.number("JOB_SWEEP_S", default=10)
JOB_MAX_ATTEMPTS = env.integer("JOB_MAX_ATTEMPTS", default=3)
JOB_POISON_LOSSES = env.integer("JOB_POISON_LOSSES", default=3)
if JOB_HEARTBEAT_S * 2 > JOB_LEASE_S:
    raise ImproperlyConfigured("JOB_HEARTBEAT_S must be at most half of JOB_LEASE_S.")
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A process that froze, or a machine that vanished, in the middle of a transaction must not hold
    # its locks, and with them every worker, for much longer than its leases.
    idle_ms = int(max(JOB_LEASE_S, 5) * 1000)
    limits = f"-c idle_in_transaction_session_timeout={idle_ms} -c tcp_keepalives_idle=10"
    DATABASES["default"]["OPTIONS"].setdefault("options", limits)

FAULT_POINTS = env.text("FAULT_POINTS")
if FAULT_POINTS and SITE_HOST not in {"127.0.0.1", "localhost", "::1"}:
    raise ImproperlyConfigured(
        "FAULT_POINTS is for tests: it is refused where SITE_URL is not this machine's loopback."
    )
try:
    fault_points.arm(FAULT_POINTS)
except ValueError as error:
    raise ImproperlyConfigured(f"FAULT_POINTS: {error}") from error

# --- ComfyUI and models -------------------------------------------------------------------------
COMFYUI_URLS = env.words("COMFYUI_URLS")
COMFYUI_NETWORKS = env.words("COMFYUI_NETWORKS", "127.0.0.0/8,::1/128")
COMFYUI_NODE_CLASSES = env.names("COMFYUI_NODE_CLASSES")
COMFYUI_RESTART_HOOKS_DIR = env.folder("COMFYUI_RESTART_HOOKS_DIR")
COMFYUI_STALL_S = env.number("COMFYUI_STALL_S", default=120)
COMFYUI_WAIT_S = env.number("COMFYUI_WAIT_S", default=90)
MODELS_DIR = Path(env.text("MODELS_DIR", str(VAR_DIR / "models")))
MODELS_MIRROR = env.text("MODELS_MIRROR")
GPU_THREADS = env.integer("GPU_THREADS", default=8)
FACE_DEVICE = env.choice("FACE_DEVICE", ("auto", "cpu", "cuda"))
FACE_INDEX_MB = env.integer("FACE_INDEX_MB", default=1024)

ADULT_CONTENT_ENABLED = env.boolean("ADULT_CONTENT_ENABLED", default=False)

# --- limits of what comes from outside ----------------------------------------------------------
MAX_SOURCE_BYTES = env.integer("MAX_SOURCE_BYTES", default=10 * 2**20)
MAX_IMAGE_PIXELS = env.integer("MAX_IMAGE_PIXELS", default=50_000_000)
MAX_OUTPUT_BYTES = env.integer("MAX_OUTPUT_BYTES", default=60 * 2**20)
MAX_EDIT_BYTES = env.integer("MAX_EDIT_BYTES", default=60 * 2**20)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 2**20
UPLOAD_KEPT_H = env.number("UPLOAD_KEPT_H", default=24)
MAX_UPLOADING_BYTES = env.integer("MAX_UPLOADING_BYTES", default=2**30)
MAX_BODY_BYTES = max(MAX_SOURCE_BYTES, MAX_EDIT_BYTES) + 2**20

RATE_LIMITS = env.rates("RATE_LIMITS", "upload=300,part=1200,generate=300,export=300,search=120")
CACHES["rates"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "rates"}
if REDIS_URL:  # counted for all processes together
    CACHES["rates"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}:rates",
    }

try:
    WEBHOOK_NETWORKS = outbound.networks(env.words("WEBHOOK_NETWORKS"))
except ValueError as error:
    raise ImproperlyConfigured(f"WEBHOOK_NETWORKS: {error}; write 10.0.0.0/8.") from error

# --- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "people.backends.PeopleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = env.integer("SIGN_IN_FAILURES", default=10)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_HANDLER = "people.throttling.SignInFailures"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_LOCKOUT_CALLABLE = "people.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- the browser's side of security -------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Browsers' preload lists take whole domains: that is for their owners.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *IMAGE_ORIGINS],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "people.parsers.Json",
        "rest_framework.parsers.FormParser",
    ],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "EXCEPTION_HANDLER": "studio.api.answer_error",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_SCHEMA_CLASS": "studio.lib.openapi.Described",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Likeness Studio",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "PREPROCESSING_HOOKS": ["studio.lib.openapi.without_twins"],
    "POSTPROCESSING_HOOKS": ["studio.lib.openapi.add_components"],
    "COMPONENT_SPLIT_REQUEST": True,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ALGORITHM": "HS256",
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": False,
}

# --- the rest -----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
THEME_TOKENS = env.text("THEME_TOKENS")
LOG_FORMAT = env.text("LOG_FORMAT", "json" if REDIS_URL else "text")
LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
if LOG_FORMAT not in logs.FORMATS:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}: say json or text.")
if LOG_LEVEL not in logs.LEVELS:
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}: say {', '.join(logs.LEVELS)}.")
LOGGING = logs.configuration(LOG_FORMAT, LOG_LEVEL)
METRICS_TOKEN = env.text("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN needs at least 20 characters.")
