"""Rows of the life of a variant: tags, undo, trash, batches."""

from tests.people.rows import ONE, row

REJECT_API = {"verb": "reject", "ids": ["{candidate}"], "reasons": ["framing"]}
REJECT = {"verb": "reject", "pick": "{candidate}", "reason": "framing"}
WITHHOLD = {"reason": "takedown 12"}
LIFE = [
    *(
        row("POST", f"/variants/{{candidate}}/{verb}/", "404 404 302 302 302", body)
        for verb, body in (
            ("shortlist", {}), ("unshortlist", {}), ("reconsider", {}), ("keep", {}),
            ("tags", {"tags": "night, rain"}),
        )
    ),
    row("POST", "/variants/{candidate}/recheck/", "404 404 403 302 302"),
    row("POST", "/variants/{candidate}/regenerate/", "404 404 403 302 302"),
    row("POST", "/variants/{candidate}/quarantine/", "404 404 403 403 302", WITHHOLD),
    row("POST", "/variants/{trashed}/undo/", "404 404 403 302 409"),
    row("POST", "/variants/{trashed}/redo/", "404 404 409 409 409"),
    row("POST", "/characters/{ready}/undo/", "404 404 409 302 409"),
    row("POST", "/characters/{ready}/redo/", "404 404 409 409 409"),
    row("POST", "/variants/batch/", "404 404 302 302 302", REJECT),
    row("POST", "/variants/batch/reasons/", "404 404 200 200 200", {"pick": "{candidate}"}),
    row("POST", "/variants/{candidate}/delete/", "404 404 403 302 302"),
    row("POST", "/variants/{trashed}/restore/", "404 404 404 302 302"),
    row("POST", "/variants/{trashed}/purge/", "404 404 404 302 302"),
    row("GET", "/characters/{ready}/trash/", "404 404 403 200 200"),
    row("GET", "/projects/{project}/trash/", "404 404 403 200 200"),
    row("GET", "/media/variants/{trashed}/w256/", "404 404 404 200 200"),
    *(
        row("POST", f"/sources/{{old}}/{verb}/", "404 404 403 302 302")
        for verb in ("delete", "restore", "purge")
    ),
    *(
        row("POST", f"{ONE}/{{candidate}}/{verb}", "404 404 200 200 200", body)
        for verb, body in (
            ("shortlist", {}), ("unshortlist", {}), ("reconsider", {}), ("keep", {}),
            ("tags", {"add": ["night"]}),
        )
    ),
    row("POST", f"{ONE}/{{candidate}}/recheck", "404 404 403 202 202"),
    row("POST", f"{ONE}/{{candidate}}/regenerate", "404 404 403 202 202"),
    row("POST", f"{ONE}/{{candidate}}/quarantine", "404 404 403 403 200", WITHHOLD),
    row("POST", f"{ONE}/{{trashed}}/undo", "404 404 403 200 409"),
    row("POST", f"{ONE}/{{trashed}}/redo", "404 404 409 409 409"),
    row("POST", "/api/v1/characters/{ready}/undo", "404 404 409 200 409"),
    row("POST", "/api/v1/characters/{ready}/redo", "404 404 409 409 409"),
    row("POST", "/api/v1/review-steps/{step}/undo", "404 404 404 200 404"),
    row("POST", "/api/v1/review-steps/{step}/redo", "404 404 404 409 404"),
    row("POST", "/api/v1/variants/batch", "404 404 200 200 200", REJECT_API),
    row("DELETE", f"{ONE}/{{candidate}}", "404 404 403 204 204"),
    row("DELETE", f"{ONE}/{{trashed}}?purge=1", "404 404 404 204 204"),
    row("POST", f"{ONE}/{{trashed}}/restore", "404 404 404 200 200"),
    row("DELETE", "/api/v1/characters/{ready}/images/v-{candidate}", "404 404 403 204 204"),
    row("DELETE", "/api/v1/characters/{ready}/images/s-{old}", "404 404 403 204 204"),
    row("POST", "/api/v1/characters/{ready}/images/v-{trashed}/restore", "404 404 404 204 204"),
    row("POST", "/api/v1/characters/{ready}/images/s-{old}/restore", "404 404 403 204 204"),
    row("GET", "/api/v1/characters/{ready}/trash", "404 404 403 200 200"),
    row("GET", "/api/v1/projects/{project}/trash", "404 404 403 200 200"),
    row("GET", "/api/v1/variants/{trashed}/renditions/w512", "404 404 404 200 200"),
]  # fmt: skip
