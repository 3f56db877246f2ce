"""Rows of the addresses that need no person, and those of a person and of the studio."""

from tests import make
from tests.people.rows import row

CREDENTIALS = {"username": "cleo", "password": make.PASSWORD}
NEW_PASSWORD = {
    "old_password": make.PASSWORD,
    "new_password1": "a different horse battery",
    "new_password2": "a different horse battery",
}
LIMITS = {"warn_limit": 6.0, "fail_limit": 12.0}
LIMITS_OF_OURS = {**LIMITS, "check": "colour_cast", "project": "{project}"}
SERVER = {"name": "gpu-2", "url": "http://127.0.0.1:8189"}
GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
}
WORKFLOW = {"name": "mine", "graph": GRAPH}

PUBLIC = [
    row("GET", "/tokens.css", "200 200 200 200 200 200"),
    row("GET", "/healthz", "200 200 200 200 200 200"),
    row("GET", "/readyz", "503 503 503 503 503 503"),
    row("GET", "/metrics", "401 403 403 403 403 200"),
    row("GET", "/sign-in/", "200 302 302 302 302 302"),
    row("POST", "/sign-in/", "302 302 302 302 302 302", CREDENTIALS),
    row("GET", "/sign-in/code/", "302 302 302 302 302 302"),
    row("POST", "/sign-in/code/", "302 302 302 302 302 302", {"code": "123456"}),
    row("POST", "/sign-out/", "302 302 302 302 302"),
    row("POST", "/settings/theme/", "302 302 302 302 302", {"theme": "dark"}),
    row("POST", "/api/v1/auth/token", "200 200 200 200 200 200", CREDENTIALS),
    row("POST", "/api/v1/auth/token/refresh", "401 401 401 401 401", {"refresh": "junk"}),
    row("POST", "/api/v1/auth/token/revoke", "401 401 401 401 401", {"refresh": "junk"}),
]

OWN = [
    row("GET", "/", "200 200 200 200 200"),
    row("GET", "/settings/", "200 200 200 200 200"),
    row("GET", "/settings/password/", "200 200 200 200 200"),
    row("POST", "/settings/password/", "302 302 302 302 302", NEW_PASSWORD),
    row("GET", "/settings/profile/", "200 200 200 200 200"),
    row("POST", "/settings/profile/", "302 302 302 302 302", {"first_name": "Ann"}),
    row("POST", "/settings/tokens/end/", "302 302 302 302 302"),
    row("POST", "/settings/tokens/1/end/", "302 302 302 302 302"),
    row("GET", "/settings/two-factor/", "200 200 200 200 200"),
    row("POST", "/settings/two-factor/", "400 400 400 400 400", {"code": "123456"}),
    row("POST", "/settings/two-factor/codes/", "409 409 409 409 409", {"code": "123456"}),
    row("POST", "/settings/two-factor/off/", "409 409 409 409 409", {"code": "123456"}),
    row("GET", "/operations/", "403 403 403 403 200"),
    row("GET", "/find/?q=e", "200 200 200 200 200"),
    row("POST", "/opened/", "404 404 204 204 204", {"path": "/characters/{ready}/review/"}),
    row("GET", "/jobs/", "200 200 200 200 200"),
    row("GET", "/jobs/tray/", "200 200 200 200 200"),
    row("POST", "/jobs/left/", "204 204 204 204 204", {"query": "?whose=mine"}),
    row("POST", "/jobs/tray/whose/", "302 302 302 302 302", {"whose": "mine"}),
    row("POST", "/queues/comfy/pause/", "403 403 403 403 302"),
    row("POST", "/queues/io/resume/", "403 403 403 403 302"),
    row("POST", "/jobs/cancel-mine/", "302 403 403 302 302"),
    row("POST", "/jobs/retry-mine/", "302 403 403 302 302"),
    row("GET", "/projects/", "200 200 200 200 200"),
    row("POST", "/api/v1/auth/ws-ticket", "201 201 201 201 201"),
    row("GET", "/api/v1/schema", "200 200 200 200 200"),
    row("GET", "/api/v1/docs", "302 200 200 200 200 200"),
    row("GET", "/api/v1/search?q=e", "200 200 200 200 200"),
    row("GET", "/api/v1/qa-thresholds", "200 200 200 200 200"),
    row("POST", "/api/v1/qa-thresholds", "404 404 403 403 201", LIMITS_OF_OURS),
    row("GET", "/api/v1/qa-thresholds/{threshold}", "404 404 200 200 200"),
    row("PATCH", "/api/v1/qa-thresholds/{threshold}", "404 404 403 403 200", LIMITS),
    row("DELETE", "/api/v1/qa-thresholds/{threshold}", "404 404 403 403 204"),
    row("GET", "/api/v1/projects", "200 200 200 200 200"),
    row("GET", "/api/v1/characters", "200 200 200 200 200"),
    row("GET", "/api/v1/jobs", "200 200 200 200 200"),
    row("POST", "/api/v1/jobs/cancel-mine", "200 403 403 200 200"),
    row("POST", "/api/v1/jobs/retry-mine", "200 403 403 200 200"),
    row("GET", "/api/v1/queues", "200 403 200 200 200"),
    row("GET", "/api/v1/queues/comfy", "200 403 200 200 200"),
    row("POST", "/api/v1/queues/comfy/pause", "403 403 403 403 200"),
    row("POST", "/api/v1/queues/io/resume", "403 403 403 403 200"),
    row("GET", "/api/v1/workflows", "200 403 200 200 200"),
    row("POST", "/api/v1/workflows", "403 403 403 403 201", WORKFLOW),
    row("GET", "/api/v1/workflows/{workflow}", "200 403 200 200 200"),
    row("PATCH", "/api/v1/workflows/{workflow}", "403 403 403 403 200", {"title": "Other"}),
    row("GET", "/api/v1/workflows/{workflow}/versions", "403 403 403 403 200"),
    row("POST", "/api/v1/workflows/{workflow}/versions", "403 403 403 403 409", {"bindings": []}),
    row("POST", "/api/v1/workflows/{workflow}/validate", "409 403 403 409 409"),
    row("GET", "/api/v1/comfy-servers", "403 403 403 403 200"),
    row("POST", "/api/v1/comfy-servers", "403 403 403 403 201", SERVER),
    row("GET", "/api/v1/comfy-servers/{server}", "403 403 403 403 200"),
    row("PATCH", "/api/v1/comfy-servers/{server}", "403 403 403 403 200", {"slots": 2}),
    row("POST", "/api/v1/comfy-servers/{server}/pause", "403 403 403 403 200"),
    row("POST", "/api/v1/comfy-servers/{server}/resume", "403 403 403 403 200"),
]
