"""Why something about a variant was refused."""

from studio.lib.errors import Conflict, StudioError


class UnknownVariantType(StudioError):
    code = "unknown_variant_type"


class UnknownWorkflow(StudioError):
    code = "unknown_workflow"


class BadCount(StudioError):
    code = "bad_count"


class BadBatch(StudioError):
    """The characters of one request do not go together, or are too many."""

    code = "bad_batch"


class BatchRefused(Conflict):
    """Some characters of a batch are not ready; `refused` names each with its reason."""

    code = "batch_refused"


class BadValue(StudioError):
    code = "bad_value"


class UnknownOption(StudioError):
    """A scene, environment, aspect ratio or quality mode that the studio does not have."""

    code = "unknown_option"


class PromptTooLong(StudioError):
    code = "prompt_too_long"


class NoServer(StudioError):
    """No ComfyUI server can take the work now; the sentence says why."""

    code = "no_comfyui_server"
    permanent = False
    status = 503


class NobodyAnswers(NoServer):
    """No ComfyUI server has answered for as long as work may wait for one."""

    permanent = True


class VariantGone(StudioError):
    """The variant is no longer to be made: cancelled, deleted, or quarantined meanwhile."""

    code = "variant_gone"
    status = 409


class StaleRevision(Conflict):
    """The variant changed since it was looked at (API: If-Match)."""

    code = "stale_revision"
    status = 412


class HeroChanged(Conflict):
    """Somebody chose another hero since the page was drawn."""

    code = "hero_changed"


class NoFile(Conflict):
    code = "no_file"


class UnknownReason(StudioError):
    """A reason for a rejection that the studio does not have."""

    code = "unknown_reason"


class ChangedMeanwhile(Conflict):
    """What is to be undone or redone is no longer as the decision left it."""

    code = "changed_meanwhile"


class NotYours(Conflict):
    """The last decision is somebody else's: people undo their own."""

    code = "not_yours"


class UndoLimit(Conflict):
    """Further back than undo goes."""

    code = "undo_limit"


class IsHero(Conflict):
    """A hero is not deleted in one step."""

    code = "is_hero"


class StillRunning(Conflict):
    """Work on it has not stopped yet."""

    code = "still_running"


class Withheld(Conflict):
    """It is quarantined."""

    code = "quarantined"


class BadTag(StudioError):
    code = "bad_tag"


class UnknownVerb(StudioError):
    """Many variants cannot be decided about in this way."""

    code = "unknown_verb"


class OneHero(Conflict):
    """Two of a batch would be the hero of one type."""

    code = "one_hero_per_type"


class NothingToDo(Conflict):
    code = "nothing_to_do"


class NoCapableServer(Conflict):
    """Servers are online and none has the nodes and models that the workflow needs."""

    code = "no_capable_server"


class NotExportable(Conflict):
    """A variant in a state in which it is not given out."""

    code = "not_exportable"


class NotOut(Conflict):
    """There is no export to take back."""

    code = "not_out"


class Unchanged(Conflict):
    """The file that came back is the one that went out, or an earlier version."""

    code = "unchanged"


class SizeDiffers(Conflict):
    """The edited picture has another size; `keep_size` takes it all the same."""

    code = "size_differs"


class NoMatch(Conflict):
    """Nothing tells which variant a file is an edit of; `choices` are those it may be."""

    code = "no_match"


class NotReproducible(Conflict):
    """There is no recipe that could be run again exactly."""

    code = "not_reproducible"


class BadMask(StudioError):
    """No mask, two of them, or one that cannot be read; `code` says which."""

    code = "bad_mask"


class NotEditable(Conflict):
    """The image is withheld or has no file yet; `code` says which."""

    code = "not_editable"
