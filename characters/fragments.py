"""What the source panel shows: plain values made from rows and the person's rights."""

from dataclasses import dataclass, field

from characters.approving import approve_refusal
from characters.attesting import current_attestation
from characters.closing import archived
from characters.models import (
    BaselineStatus,
    Character,
    Depicts,
    LikenessAttestation,
    LikenessMatch,
    SourceImage,
)
from characters.resembling import resembling
from jobs.models import Job
from people.access import role_allows
from people.models import User
from qa.models import FaceEmbedding, QACheckResult, QAReport
from qa.policy import Verdict

TONES = {Verdict.PASS: "pass", Verdict.WARN: "warn", Verdict.FAIL: "fail"}
QA_WORDS = {"pass": "QA passed", "warn": "QA warns", "fail": "QA failed"}
BASELINES = {
    BaselineStatus.PENDING_UPLOAD: ("No image yet", "none"),
    BaselineStatus.DRAFT: ("Draft", "warn"),
    BaselineStatus.APPROVED: ("Baseline locked", "pass"),
    BaselineStatus.REJECTED: ("Rejected", "fail"),
}


# What a panel shows of a character, for select_related.
PANEL = (
    "project",
    *(
        f"current_source__{part}"
        for part in ("qa_report", "embedding__model", "qa_job", "embedding_job", "created_by")
    ),
)


@dataclass(frozen=True)
class Badge:
    """A word with a tone: pass, warn, fail, run or none."""

    label: str
    tone: str
    title: str = ""


@dataclass(frozen=True)
class SourcePanel:
    """A character's source image, its checks and what the person may do about it."""

    character: Character
    source: SourceImage | None
    badges: list[Badge]
    checks: list[QACheckResult]
    report: QAReport | None
    similar: Character | None
    attestation: LikenessAttestation | None
    may_upload: bool
    may_archive: bool
    may_decide: bool
    may_override: bool
    upload_refusal: str
    approve_refusal: str
    jobs_running: bool
    may_choose_face: bool
    alike: list[LikenessMatch]
    errors: list[str] = field(default_factory=list)

    @property
    def face(self) -> FaceEmbedding | None:
        return self.source.embedding if self.source else None

    @property
    def has_several_faces(self) -> bool:
        return self.report is not None and len(self.report.faces) > 1

    @property
    def model_label(self) -> str:
        return str(self.face.model) if self.face else ""

    @property
    def needs_attestation(self) -> bool:
        return self.character.depicts != Depicts.FICTIONAL and self.attestation is None


def panel_of(user: User, character: Character, errors: list[str] | None = None) -> SourcePanel:
    """The panel of a character for one person who may see it; loaded with PANEL it is cheapest."""
    source = character.current_source
    report = source.qa_report if source else None
    checks = list(report.results.select_related("qa_check", "verdict")) if report else []
    jobs = [source.qa_job, source.embedding_job] if source else []
    attestation = current_attestation(character)
    attested = attestation is not None
    refusal = approve_refusal(character, attested=attested) if source else None
    return SourcePanel(
        character=character,
        source=source,
        badges=_badges(character, report, checks, jobs),
        checks=checks,
        report=report,
        similar=_similar(user, report),
        attestation=attestation,
        may_upload=bool(role_allows(user, "source.upload", character)),
        may_archive=bool(role_allows(user, "character.archive", character)),
        may_decide=bool(role_allows(user, "baseline.decide", character)),
        may_override=bool(role_allows(user, "baseline.override_qa", character)),
        upload_refusal=_upload_refusal(character),
        approve_refusal=refusal.sentence if refusal else "",
        jobs_running=any(job.is_open for job in jobs if job),
        may_choose_face=bool(role_allows(user, "source.choose_face", character)),
        alike=_alike(user, source),
        errors=errors or [],
    )


def _similar(user: User, report: QAReport | None) -> Character | None:
    """The character whose source looks most like this one, where the checks name it."""
    if report is None or report.nearest_id is None:
        return None
    rows = Character.objects.visible_to(user)
    return rows.filter(current_source__qa_report=report.nearest_id).first()


def _upload_refusal(character: Character) -> str:
    if away := archived(character):
        return away.sentence
    if character.is_locked:
        return "The baseline is approved, so the source image is locked."
    return ""


def _alike(user: User, source: SourceImage | None) -> list[LikenessMatch]:
    """Whom the face looks like, of characters that the person may see."""
    if source is None or source.embedding_id is None:
        return []
    seen = Character.objects.visible_to(user)
    return list(resembling().filter(source=source, other__character__in=seen))


def _badges(
    character: Character,
    report: QAReport | None,
    checks: list[QACheckResult],
    jobs: list[Job | None],
) -> list[Badge]:
    baseline = Badge(*BASELINES[character.baseline])
    if report is None:
        return [baseline]
    return [_qa_badge(report, jobs[0]), _face_badge(report, checks, jobs[1]), baseline]


def _qa_badge(report: QAReport, job: Job | None) -> Badge:
    if report.verdict_id:
        tone = TONES[Verdict(report.verdict_id)]
        return Badge(QA_WORDS[tone], tone)
    if report.error:
        return Badge("QA stopped", "fail", report.error)
    if job and not job.is_open and not report.measured_at:
        return Badge("QA stopped", "fail", job.error)
    return Badge("Checking", "run", "The automatic checks are running")


def _face_badge(report: QAReport, checks: list[QACheckResult], job: Job | None) -> Badge:
    if report.faces_read_at is None:
        if job and not job.is_open:
            return Badge("Face not read", "fail", job.error)
        return Badge("Looking for a face", "run")
    count = next((int(c.value or 0) for c in checks if c.qa_check.name == "face_count"), 0)
    if count == 0:
        return Badge("No face found", "warn", "Likeness cannot be measured without a face.")
    if count > 1:
        if report.face_at is not None:
            return Badge(f"One of {count} faces", "pass", "The face that was chosen counts.")
        return Badge(f"{count} faces", "warn", "The largest face counts until one is chosen.")
    return Badge("Face found", "pass")
