"""What must hold once a studio has come to rest: its rows and files against the ledger.

Reads the database beside the product, so that nothing is believed that a page says.
"""

import json
from collections import Counter
from collections.abc import Iterator

from tests.chaos.load import Ledger
from tests.chaos.studio import Studio

REQUESTS = """SELECT r.idempotency_key, r.id, r.count, u.username FROM generation_requests r
    JOIN users u ON u.id = r.asked_by_id"""
VARIANTS = """SELECT v.id, v.request_id, v.character_id, s.name, v.sha256, v.error_code,
    q.finished_at IS NOT NULL, v.is_hero FROM image_variants v
    JOIN variant_statuses s ON s.id = v.status_id
    LEFT JOIN qa_reports q ON q.id = v.qa_report_id"""
JOBS = """SELECT k.name, s.name, j.args, j.lease_owner, j.error FROM jobs j
    JOIN job_kinds k ON k.id = j.kind_id JOIN job_statuses s ON s.id = j.status_id"""
OPEN_JOBS = "SELECT count(*) FROM jobs WHERE status_id IN (1, 2)"
OPEN_SUBMISSIONS = "SELECT prompt_id FROM comfy_submissions WHERE ended_at IS NULL"
PROMPTS = """SELECT submission_id FROM image_variants WHERE submission_id IS NOT NULL
    GROUP BY submission_id HAVING count(*) > 1"""
MADE = {"generated", "approved", "rejected"}
ONCE_A_VARIANT = ("variant.generate", "variant.qa", "variant.embed")


def faults_of(studio: Studio, ledger: Ledger) -> list[str]:
    """Everything that is lost, doubled or stuck, in sentences; empty when all is as promised."""
    checked = studio.manage("check_integrity")
    integrity = [] if checked.returncode == 0 else checked.stdout.strip().splitlines()
    return [
        *ledger.wrong,
        *integrity,
        *_requests(studio, ledger),
        *_variants(studio, ledger),
        *_jobs(studio),
    ]


def open_jobs(studio: Studio) -> int:
    """How many jobs wait or run."""
    return sum(count for (count,) in studio.glance(OPEN_JOBS)) if studio.glance("SELECT 1") else 1


def _requests(studio: Studio, ledger: Ledger) -> Iterator[str]:
    rows = studio.rows(REQUESTS)
    for key, number in Counter(key for key, *_ in rows).items():
        if number > 1:
            yield f"{key} stands for {number} requests"
    found = {key: (pk, count, who) for key, pk, count, who in rows}
    for key in found.keys() - ledger.asked.keys():
        yield f"request {found[key][0]} was asked for by nobody"
    for key, asked in ledger.asked.items():
        if asked.promised is None:
            continue
        promised = (asked.promised["request_id"], asked.count, asked.who)
        if found.get(key) != promised:
            yield f"{key}: {promised} was promised, {found.get(key)} is there"


def _variants(studio: Studio, ledger: Ledger) -> Iterator[str]:
    rows = studio.rows(VARIANTS)
    promised = {
        variant: asked.promised["request_id"]
        for asked in ledger.asked.values()
        if asked.promised
        for variant in asked.promised["variant_ids"]
    }
    there = {pk: request for pk, request, *_ in rows}
    for variant in promised.keys() - there.keys():
        yield f"variant {variant} was promised and is lost"
    for variant in there.keys() - promised.keys():
        yield f"variant {variant} was promised to nobody"
    for variant in promised.keys() & there.keys():
        if promised[variant] != there[variant]:
            yield f"variant {variant} belongs to request {there[variant]}"
    pictures = Counter(sha256 for _, _, _, _, sha256, *_ in rows if sha256)
    for pk, _, _, status, sha256, error, is_checked, _ in rows:
        if status not in MADE:
            yield f"variant {pk} is {status} {error}".strip()
        elif not sha256 or not is_checked:
            yield f"variant {pk} is {status} without its file or its checks"
        elif pictures[sha256] > 1:
            yield f"variant {pk} shares its picture with another"
    heroes = Counter(character for *_, character, _, _, _, _, hero in rows if hero)
    for character in ledger.approved:
        if heroes[character] != 1:
            yield f"character {character} has {heroes[character]} heroes"


def _jobs(studio: Studio) -> Iterator[str]:
    done: Counter[tuple[str, int]] = Counter()
    for kind, state, args, owner, error in studio.rows(JOBS):
        about = args if isinstance(args, dict) else json.loads(args)
        if state != "succeeded":
            yield f"{kind} {about} is {state} {error}".strip()
        if owner:
            yield f"{kind} {about} is leased to {owner}"
        if "variant_id" in about:
            done[kind, about["variant_id"]] += 1
    for (pk,) in studio.rows("SELECT id FROM image_variants"):
        for kind in ONCE_A_VARIANT:
            if done[kind, pk] != 1:
                yield f"variant {pk} has {done[kind, pk]} jobs {kind}"
    for (prompt,) in studio.rows(OPEN_SUBMISSIONS):
        yield f"prompt {prompt} is still open"
    for (submission,) in studio.rows(PROMPTS):
        yield f"submission {submission} made several variants"
