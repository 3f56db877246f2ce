"""Rows of webhooks."""

from tests.people.rows import row

WEBHOOK = {"name": "Lamp", "url": "https://1.1.1.1/hook", "events": ["job.finished"]}

WEBHOOKS = [
    row("GET", "/webhooks/", "403 403 403 403 200"),
    row("POST", "/webhooks/", "403 403 403 403 200", WEBHOOK),
    row("GET", "/webhooks/{webhook}/", "403 403 403 403 200"),
    row("POST", "/webhooks/{webhook}/", "403 403 403 403 302", WEBHOOK),
    row("POST", "/webhooks/{webhook}/ping/", "403 403 403 403 302"),
    row("POST", "/webhooks/{webhook}/secret/", "403 403 403 403 200"),
    row("POST", "/webhooks/{webhook}/delete/", "403 403 403 403 302"),
    row("POST", "/webhooks/{webhook}/deliveries/{delivery}/redeliver/", "403 403 403 403 302"),
    row("GET", "/api/v1/webhooks", "403 403 403 403 200"),
    row("POST", "/api/v1/webhooks", "403 403 403 403 201", WEBHOOK),
    row("GET", "/api/v1/webhooks/{webhook}", "403 403 403 403 200"),
    row("PATCH", "/api/v1/webhooks/{webhook}", "403 403 403 403 200", {"name": "Door"}),
    row("DELETE", "/api/v1/webhooks/{webhook}", "403 403 403 403 204"),
    row("POST", "/api/v1/webhooks/{webhook}/secret", "403 403 403 403 200"),
    row("POST", "/api/v1/webhooks/{webhook}/ping", "403 403 403 403 202"),
    row("GET", "/api/v1/webhooks/{webhook}/deliveries", "403 403 403 403 200"),
    row(
        "POST", "/api/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver",
        "403 403 403 403 202",
    ),
]  # fmt: skip
