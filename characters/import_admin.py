"""Folder imports and unfinished uploads in the admin: evidence of what came, and what of it."""

from django.contrib import admin

from characters.imports import FolderImport, ImportEntry
from characters.uploads import Upload, UploadPart
from studio.lib.evidence import Evidence


@admin.register(FolderImport)
class FolderImportAdmin(Evidence, admin.ModelAdmin[FolderImport]):
    list_display = ["id", "project", "created_by", "existing", "created_at"]
    list_filter = ["existing", "project"]
    search_fields = ["=id", "created_by__username"]
    list_select_related = ["project", "created_by"]


@admin.register(ImportEntry)
class ImportEntryAdmin(Evidence, admin.ModelAdmin[ImportEntry]):
    list_display = ["path", "folder_import", "status", "code", "sentence", "character"]
    list_filter = ["status", "code", "folder_import__project"]
    search_fields = ["=folder_import__id", "path", "sha256"]
    list_select_related = ["folder_import", "character"]


@admin.register(Upload)
class UploadAdmin(Evidence, admin.ModelAdmin[Upload]):
    list_display = ["id", "owner", "project", "purpose", "size_bytes", "received_bytes"]
    list_filter = ["purpose", "project"]
    search_fields = ["=id", "owner__username", "sha256"]
    list_select_related = ["owner", "project"]
    exclude = ["secret"]


@admin.register(UploadPart)
class UploadPartAdmin(Evidence, admin.ModelAdmin[UploadPart]):
    list_display = ["upload", "start", "size_bytes", "sha256"]
    search_fields = ["=upload__id", "sha256"]
    list_select_related = ["upload"]
