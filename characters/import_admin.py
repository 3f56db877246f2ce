"""Folder imports in the admin: evidence of what was dropped and what became of it."""

from django.contrib import admin

from characters.imports import FolderImport, ImportEntry
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
