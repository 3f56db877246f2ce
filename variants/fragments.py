"""What cards and galleries show: plain values made from rows, nothing of the person in `Bar`."""

from dataclasses import dataclass

from people.access import Decision
from qa.policy import Verdict
from qa.similarity import band
from variants.models import ImageVariant
from variants.viewing import VariantViewing, is_open_to_all
from variants.vocabulary import VariantStatus

FOR_SOME = Decision("for_some", "Not shown here. Open it if you may view such images.")
QA_TONES = {Verdict.PASS: "pass", Verdict.WARN: "warn", Verdict.FAIL: "fail"}
QA_WORDS = {"pass": "QA passed", "warn": "QA warns", "fail": "QA failed", "run": "Checking"}


@dataclass(frozen=True)
class Bar:
    """The moving part of a card while it is being made."""

    pk: int
    progress: int
    note: str
    preview: str = ""


@dataclass(frozen=True)
class Card:
    """One variant as a card; the same for every reader but for the `may_…` flags."""

    variant: ImageVariant
    status: str
    likeness_band: str
    qa: str
    qa_title: str
    progress: int
    note: str
    server: str
    elapsed_s: float | None
    may_review: bool = False
    may_make: bool = False
    withheld: str = ""
    preview: str = ""

    @property
    def pk(self) -> int:
        return self.variant.pk

    @property
    def is_hero(self) -> bool:
        return self.variant.is_hero

    @property
    def is_out(self) -> bool:
        """Given out for editing elsewhere, and not back so far."""
        return self.variant.is_out

    @property
    def image(self) -> bool:
        """Whether there is an image that this reader may look at."""
        return self.variant.has_file and not self.withheld

    @property
    def likeness(self) -> float | None:
        return self.variant.likeness

    @property
    def likeness_model(self) -> str:
        """The face model that measured it."""
        return str(self.variant.embedding.model) if self.variant.embedding else ""

    @property
    def error(self) -> str:
        return self.variant.error

    @property
    def error_code(self) -> str:
        return self.variant.error_code

    @property
    def seed(self) -> int | None:
        return self.variant.seed

    @property
    def may_retry(self) -> bool:
        failed = self.variant.state in (VariantStatus.FAILED, VariantStatus.CANCELLED)
        return self.may_make and failed

    @property
    def may_cancel(self) -> bool:
        open_ = self.variant.state in (VariantStatus.PENDING, VariantStatus.GENERATING)
        return self.may_make and open_


def card_of(
    variant: ImageVariant,
    *,
    may_review: bool = False,
    may_make: bool = False,
    viewing: VariantViewing | None = None,
) -> Card:
    """The card of a variant loaded by `for_cards()`; costs no query.

    Without the `viewing` of one person it is for every reader: it shows what all of them may see.
    """
    job = variant.job
    qa, title = _qa(variant)
    milliseconds = variant.metrics.get("execution_ms")
    server = variant.submission.server.name if variant.submission else ""
    return Card(
        variant=variant,
        status=variant.state.label,
        likeness_band=_band(variant),
        qa=qa,
        qa_title=title,
        progress=job.percent if job else 0,
        note=job.note if job else "",
        server=server,
        elapsed_s=milliseconds / 1000 if milliseconds else None,
        may_review=may_review,
        may_make=may_make,
        withheld=_withheld(variant, viewing),
    )


def _withheld(variant: ImageVariant, viewing: VariantViewing | None) -> str:
    """Why this reader is not shown the image; empty when it is shown."""
    if is_open_to_all(variant):
        return ""
    decision = viewing.variant(variant) if viewing else FOR_SOME
    return "" if decision else decision.sentence


def _band(variant: ImageVariant) -> str:
    """`match`, `check` or `differs` by the limits of the model that measured; empty when none."""
    if variant.likeness is None or variant.embedding is None:
        return ""
    return band(variant.likeness, variant.embedding.model.thresholds)


def _qa(variant: ImageVariant) -> tuple[str, str]:
    report = variant.qa_report
    if report is None:
        return "none", ""
    if report.verdict_id:
        tone = QA_TONES[Verdict(report.verdict_id)]
        return tone, QA_WORDS[tone]
    if report.error:
        return "fail", report.error
    return "run", QA_WORDS["run"]
