"""What can go wrong while looking at pixels; each with a sentence for the person."""

from studio.lib.errors import StudioError


class QAError(StudioError):
    """An inspection could not be made."""

    code = "qa_error"


class UnreadableImage(QAError):
    """The bytes are no image that Pillow decodes."""

    code = "unreadable_image"


class NoSuchFace(QAError):
    """Of the faces that were found, none has this number."""

    code = "no_such_face"


class FaceModelMissing(QAError):
    """The weights of a face model are not on disk, or are not the ones they should be."""

    code = "model_missing"
    status = 409


class UnknownFaceModel(QAError):
    """No embedder of this name exists in the code."""

    code = "unknown_face_model"


class FaceChildDied(QAError):
    """The face reading process ended or hung while it worked; trying again starts a new one."""

    code = "face_child_died"
    status = 503
    permanent = False


class DownloadFailed(QAError):
    """The weights did not come, or came wrong."""

    code = "download_failed"


class FaceModelChanged(QAError):
    """The studio moved to another face model while an image was read; it is read again."""

    code = "face_model_changed"
    status = 409
    permanent = False


class MoveGoesOn(QAError):
    """The studio is on its way to another face model already."""

    code = "move_goes_on"
    status = 409
