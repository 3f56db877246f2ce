"""`script/bench crowd` runs through on the production processes; its times are not judged."""

import subprocess

from tests.bench.rows import HEAD, cells_of
from tests.bench.servers import ROOT


def test_a_small_crowd_is_served_and_leaves_everything_whole(servers):
    command = [ROOT / "script" / "bench", "crowd", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    head, *rows = cells_of(done.stdout)
    assert tuple(head) == HEAD
    met = {row[0]: row[-1] for row in rows}
    (sockets,) = (what for what in met if what.startswith("sockets still open"))
    assert [met[what] for what in ("answers that were no success", sockets, "check_integrity")] == [
        "yes"
    ] * 3, done.stdout
