"""Set before Django reads its settings (`-p tests.environment`): tests own all that they write."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="likeness-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ["VAR_DIR"] = _folder
os.environ["STUDIO_WORKERS"] = "none"
os.environ["REDIS_PREFIX"] = f"tests-{os.getpid()}"  # several processes may share one Redis
os.environ["COMFYUI_URLS"] = ""
os.environ["RATE_LIMITS"] = "upload=100000,generate=100000,export=100000,search=100000"
os.environ.setdefault("LOG_LEVEL", "WARNING")
for name in ("STORAGE_URL", "SITE_URL", "MEDIA_ROOT", "DEBUG"):
    os.environ.pop(name, None)
