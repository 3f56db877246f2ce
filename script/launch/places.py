"""Where things lie in a checkout. Knows paths only."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
LOGS = VAR / "log"
DEMO = VAR / "demo"
DEMO_PASSWORDS = VAR / "demo-passwords.json"
PORTRAIT = ROOT / "samples" / "astronaut.png"
