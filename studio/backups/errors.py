"""Why a backup could not be made or restored."""

from studio.lib.errors import StudioError


class BackupRefused(StudioError):
    """Nothing was changed; the sentence says what to do first."""

    code = "backup_refused"


class BackupBroken(BackupRefused):
    """The backup is not whole, or not one."""

    code = "backup_broken"
