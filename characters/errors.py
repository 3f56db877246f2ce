"""Why something about a character was refused."""

from studio.lib.errors import Conflict, Forbidden, StudioError


class AppearanceLocked(Conflict):
    code = "appearance_locked"


class NoBaseImage(StudioError):
    code = "no_base_image"
    status = 400


class QAPending(Conflict):
    code = "qa_pending"


class NotChecked(Conflict):
    code = "not_checked"


class QAFailed(Conflict):
    code = "qa_failed"


class NoSource(Conflict):
    code = "no_source"


class SourceNotApproved(Conflict):
    code = "source_not_approved"


class ContentRefused(Forbidden):
    """The content gate said no; `code` is its reason."""

    code = "content_refused"


class Archived(Conflict):
    code = "archived"


class TooManyEntries(StudioError):
    code = "too_many_entries"


class NotPlanned(Conflict):
    """A file of an import that the plan left out or refused."""

    code = "not_planned"


class ChangedFile(Conflict):
    """A file that is sent is not the one that was planned."""

    code = "changed_file"


class IsCurrentSource(Conflict):
    """The current source is replaced, not deleted."""

    code = "is_current_source"


class InUse(Conflict):
    """Something was made from it."""

    code = "in_use"


class WrongOffset(Conflict):
    """A part that does not follow what is there; `offset` says where the next one begins."""

    code = "wrong_offset"


class UploadUnfinished(Conflict):
    code = "upload_unfinished"


class UploadTaken(Conflict):
    code = "upload_taken"


class UploadExpired(StudioError):
    code = "upload_expired"
    status = 410


class HashMismatch(StudioError):
    code = "hash_mismatch"


class TooManyUploads(Conflict):
    """The person's unfinished uploads together are as large as they may be."""

    code = "too_many_uploads"


class PartTooLarge(StudioError):
    code = "part_too_large"
    status = 413
