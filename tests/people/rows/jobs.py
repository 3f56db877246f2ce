"""Rows of jobs."""

from tests.people.rows import row

JOBS = [
    row("GET", "/jobs/{waiting_job}/", "404 404 200 200 200"),
    row("POST", "/jobs/{waiting_job}/cancel/", "404 404 403 302 302"),
    row("POST", "/jobs/{failed_job}/retry/", "404 404 403 302 302"),
    row("POST", "/jobs/{waiting_job}/front/", "404 404 403 302 302"),
    row("GET", "/api/v1/jobs/{waiting_job}", "404 404 200 200 200"),
    row("GET", "/api/v1/jobs/{waiting_job}/results", "404 404 200 200 200"),
    row("GET", "/api/v1/jobs/by-prompt/{prompt}/results", "404 404 200 200 200"),
    row("POST", "/api/v1/jobs/{waiting_job}/cancel", "404 404 403 200 200"),
    row("POST", "/api/v1/jobs/{failed_job}/retry", "404 404 403 200 200"),
    row("POST", "/api/v1/jobs/{waiting_job}/front", "404 404 403 200 200"),
]
