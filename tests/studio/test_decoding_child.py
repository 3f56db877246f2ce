"""The decoding child: limited, replaced when it was hurt, and never left behind."""

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from studio.lib import decoder, decoding, framing
from studio.lib.decoder import DecodeFailed, Decoder, DecodeTimeout
from studio.lib.pictures import ImageRefused, Limits, close_decoder, vet
from studio.lib.scans import jpeg, png
from tests import make_pictures as make

ROOT = Path(__file__).parent.parent.parent
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def own(monkeypatch):
    """A decoder of this test's own, in the validator's place."""
    made = Decoder()
    monkeypatch.setattr(decoder, "decoder", made)
    yield made
    made.close()


def _structure():
    return png.scan(make.good(), Limits())


def _children():
    """Process ids and states of this process's own children."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == os.getpid():
            found[int(stat.parent.name)] = fields[0]
    return found


def test_one_child_serves_one_image_after_the_other(own):
    own.decode(_structure())
    first = own.pid
    with pytest.raises(ImageRefused):
        vet(make.raw_png(160, 120, bytes(100)), "x.png")
    own.decode(_structure())
    assert own.pid == first


def test_it_is_replaced_after_so_many_images(own, monkeypatch):
    assert decoder.IMAGES_PER_CHILD == 200
    monkeypatch.setattr(decoder, "IMAGES_PER_CHILD", 3)
    pids = []
    for _ in range(7):
        own.decode(_structure())
        pids.append(own.pid)
    assert [len(set(pids[:3])), len(set(pids[3:6])), len(set(pids))] == [1, 1, 3]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_killed_between_two_images_is_replaced(own, how):
    own.decode(_structure())
    first = own.pid
    os.kill(first, how)
    assert len(own.decode(_structure())) == 3
    assert own.pid != first


def test_one_killed_in_the_middle_of_an_image_is_replaced_and_asked_again(own, monkeypatch):
    own.decode(_structure())
    first = own.pid
    os.kill(first, signal.SIGSTOP)
    receive = framing.receive

    def killed_once(pipe):
        if own.pid == first:
            os.kill(first, signal.SIGKILL)
        return receive(pipe)

    monkeypatch.setattr(framing, "receive", killed_once)
    assert len(own.decode(_structure())) == 3
    assert own.pid not in (None, first)


def test_one_that_is_always_killed_is_a_refusal(own, monkeypatch):
    """As by the kernel of a machine without memory."""
    ready = own._ready

    def killed():
        child = ready()
        child.kill()
        return child

    monkeypatch.setattr(own, "_ready", killed)
    with pytest.raises(ImageRefused) as refused:
        vet(make.good(), "x.png")
    assert refused.value.code == "decode_failed"
    monkeypatch.undo()
    assert len(own.decode(_structure())) == 3


def test_one_that_crashes_is_a_refusal_and_not_asked_again(own, monkeypatch):
    ready, started = own._ready, []

    def crashed():
        started.append(ready())
        started[-1].send_signal(signal.SIGSEGV)
        return started[-1]

    monkeypatch.setattr(own, "_ready", crashed)
    with pytest.raises(DecodeFailed, match=f"ended with {-signal.SIGSEGV}"):
        own.decode(_structure())
    assert (own.pid, len(started)) == (None, 1)


def test_the_clock_ends_a_child_that_hangs():
    hanging = Decoder(wall_s=0.3)
    patient = Decoder()
    patient.decode(_structure())
    hanging._child, patient._child = patient._child, None
    os.kill(hanging.pid, signal.SIGSTOP)
    large = make.encoded(make.photo(900, 900), "PNG", compress_level=0)
    with pytest.raises(DecodeTimeout):
        hanging.decode(png.scan(large, Limits()))
    assert hanging.pid is None


def test_a_clock_that_was_lifted_kills_nobody(own):
    own.decode(_structure())
    deadline = decoder._Deadline(own._child, 0.0)
    deadline._timer.join()
    assert deadline.lift() is True
    own.close()
    own.decode(_structure())
    deadline = decoder._Deadline(own._child, 600)
    assert deadline.lift() is False
    deadline._strike()
    assert own._child.poll() is None


@linux
def test_memory_beyond_the_limit_is_a_refusal_and_a_new_child():
    """The child alone is squeezed: its hard limit goes down to what it has, and a little."""
    squeezed = Decoder()
    squeezed.decode(_structure())
    first = squeezed.pid
    resource.prlimit(first, resource.RLIMIT_AS, (120 * 2**20, 120 * 2**20))
    large = make.flat_png(10_000, 5_000, colour=2, channels=3)
    with pytest.raises(DecodeFailed, match="memory"):
        squeezed.decode(png.scan(large, Limits()))
    assert squeezed.pid is None
    assert len(squeezed.decode(_structure())) == 3
    squeezed.close()


@linux
def test_cpu_time_is_counted_for_each_image_anew(monkeypatch):
    strict = Decoder(cpu_s=1)
    structure = jpeg.scan(make.encoded(make.photo(1500, 1500), "JPEG"), Limits())
    for _ in range(20):
        strict.decode(structure)
    first = strict.pid
    spent_s = sum(map(int, Path(f"/proc/{first}/stat").read_text().split()[13:15]))
    soft_s = next(
        line.split()[3]
        for line in Path(f"/proc/{first}/limits").read_text().splitlines()
        if line.startswith("Max cpu time")
    )
    assert int(soft_s) >= spent_s / os.sysconf("SC_CLK_TCK")
    assert int(soft_s) <= spent_s / os.sysconf("SC_CLK_TCK") + 2
    strict.close()


@linux
def test_it_is_limited_and_knows_no_secret(own, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    own.decode(_structure())
    process = Path(f"/proc/{own.pid}")
    limits = {line[:25].strip(): line[25:].split() for line in (process / "limits").open()}
    assert limits["Max address space"][:2] == [str(decoding.MEMORY_BYTES)] * 2
    assert limits["Max file size"][:2] == ["0", "0"]
    assert limits["Max core file size"][:2] == ["0", "0"]
    assert b"do not tell" not in (process / "environ").read_bytes()
    loaded = (process / "maps").read_text()
    assert "torch" not in loaded
    assert "numpy" not in loaded


@linux
def test_nobody_is_left_behind(own):
    before = _children()
    own.decode(_structure())
    assert len(_children()) == len(before) + 1
    for _ in range(3):
        os.kill(own.pid, signal.SIGKILL)
        own.decode(_structure())
    own.close()
    own.close()
    assert {pid: state for pid, state in _children().items() if pid not in before} == {}


@linux
def test_no_pipe_is_left_open(own):
    own.decode(_structure())
    own.close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        own.decode(_structure())
        os.kill(own.pid, signal.SIGKILL)
    own.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@linux
def test_it_ends_with_its_parent():
    script = (
        "import os, signal; from studio.lib import decoder; from studio.lib.scans import png;"
        "from studio.lib.pictures import Limits; from tests import make_pictures as make;"
        "decoder.decoder.decode(png.scan(make.good(), Limits())); print(decoder.decoder.pid);"
        "import sys; sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    pid = int(ended.stdout)
    waiter = threading.Event()
    for _ in range(200):
        if not _runs(pid):
            break
        waiter.wait(0.05)
    assert not _runs(pid)


def _runs(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_threads_take_turns_and_each_gets_its_own_picture(own):
    results = {}

    def work(side):
        results[side] = [vet(make.good(width=side, height=100), "x.png") for _ in range(5)]

    threads = [threading.Thread(target=work, args=(side,)) for side in (100, 120, 140, 160)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {side: {p.width for p in pictures} for side, pictures in results.items()} == {
        side: {side} for side in (100, 120, 140, 160)
    }


def test_closing_twice_or_early_is_harmless():
    close_decoder()
    close_decoder()
    assert vet(make.good(), "x.png").width == 160


@linux
def test_three_hundred_bad_files_leave_no_memory_behind(own):
    bad = [
        make.raw_png(1500, 1500, bytes(1500 * 4000)),
        make.good("jpeg", width=1500, height=1000)[:-2] + b"<html>",
        make.good("webp", width=1500, height=1000)[:-9],
        make.good() + bytes(3 * 2**20) + b"PK\3\4",
        make.with_chunks(make.good(), (b"tEXt", b"k\0" + bytes(3 * 2**20))),
        make.flat_png(10_200, 5_000),
    ]

    def refuse(times):
        for number in range(times):
            with pytest.raises(ImageRefused):
                vet(bad[number % len(bad)], "x")

    refuse(30)
    before = _resident()
    refuse(300)
    assert _resident() - before < 16 * 2**20


def _resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_it_imports_where_there_is_no_resource_module():
    script = (
        "import sys; sys.modules['resource'] = None; sys.platform = 'win32';"
        "import signal; del signal.SIGXCPU, signal.SIGKILL;"
        "import studio.lib.pictures, studio.lib.decoding as d;"
        "d._limit_process(); d._allow_cpu(10)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
