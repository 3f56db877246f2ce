"""Downloads from a real server that cuts, lies, ignores what it is asked, and falls silent."""

import fcntl
import hashlib

import pytest

from qa.downloading import download
from qa.errors import DownloadFailed
from qa.weights import Weights
from tests.fakes.weights_server import start_weights_server

CONTENT = bytes(range(256)) * 40
WEIGHTS = Weights("some", "some.pt", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), url="-")


@pytest.fixture
def server():
    with start_weights_server(CONTENT) as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models"


@pytest.fixture
def fetch(server, folder):
    """Downloads with hardly a pause, and returns what progress was told."""

    def run(silence_s=5.0):
        told = []

        def progress(done, total):
            told.append((done, total))

        url = f"{server.url}/some.pt"
        path = download(WEIGHTS, folder, url, progress, silence_s=silence_s, pauses_s=(0.01, 0.01))
        assert path == folder / "some.pt"
        return told

    return run


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ranges(server):
    return [asked for _, asked in server.requests]


def test_a_file_that_comes_whole_is_stored_and_progress_is_told(fetch, folder):
    told = fetch()
    assert files(folder) == {"some.pt": CONTENT}
    assert told[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("mood", ["cuts", "says less"])
def test_a_download_that_ends_early_goes_on_where_it_ended(fetch, folder, server, mood):
    server.moods = [mood, mood]
    fetch()
    assert files(folder) == {"some.pt": CONTENT}
    half = len(CONTENT) // 2
    assert ranges(server) == [None, f"bytes={half}-", f"bytes={half + half // 2}-"]


def test_what_an_earlier_run_left_is_not_fetched_again(fetch, folder, server):
    folder.mkdir()
    (folder / "some.pt.part").write_bytes(CONTENT[:3000])
    fetch()
    assert ranges(server) == ["bytes=3000-"]
    assert files(folder) == {"some.pt": CONTENT}


def test_a_server_that_ignores_ranges_sends_it_from_the_beginning(fetch, folder, server):
    server.moods = ["cuts", "ignores ranges"]
    fetch()
    assert files(folder) == {"some.pt": CONTENT}


@pytest.mark.parametrize("mood", ["another part", "no such range"])
def test_a_part_that_was_not_asked_for_is_not_taken(fetch, folder, server, mood):
    server.moods = ["cuts", mood]
    fetch()
    assert files(folder) == {"some.pt": CONTENT}
    assert ranges(server)[-1] is None  # once more from the beginning


def test_what_lies_elsewhere_is_fetched_there_from_where_it_ended(fetch, folder, server):
    server.moods = ["elsewhere", "cuts", "elsewhere"]  # as the releases of GitHub do
    fetch()
    half = f"bytes={len(CONTENT) // 2}-"
    asked = [("/some.pt", None), ("/elsewhere.pt", None), ("/some.pt", half)]
    assert server.requests == [*asked, ("/elsewhere.pt", half)]
    assert files(folder) == {"some.pt": CONTENT}


def test_a_slow_server_is_waited_for(fetch, folder, server):
    server.moods = ["slow"]
    told = fetch(silence_s=0.5)
    assert files(folder) == {"some.pt": CONTENT}
    assert len(told) > 1


def test_a_server_that_falls_silent_is_asked_again(fetch, folder, server):
    server.moods = ["sends nothing", "busy"]
    fetch(silence_s=0.3)
    assert files(folder) == {"some.pt": CONTENT}


def test_a_server_that_gives_nothing_ends_in_a_sentence_and_what_came_is_kept(
    fetch, folder, server
):
    server.moods = ["cuts", *["sends nothing"] * 20]
    with pytest.raises(DownloadFailed, match="Run it again to go on"):
        fetch()
    assert files(folder) == {"some.pt.part": CONTENT[: len(CONTENT) // 2]}
    server.moods = []
    fetch()
    assert files(folder) == {"some.pt": CONTENT}


def test_wrong_bytes_are_told_and_not_kept(fetch, folder, server):
    server.moods = ["wrong bytes"]
    with pytest.raises(DownloadFailed, match="checksum is another"):
        fetch()
    assert files(folder) == {}


def test_a_part_of_another_file_costs_one_more_download_and_no_more(fetch, folder, server):
    folder.mkdir()
    (folder / "some.pt.part").write_bytes(b"something else")
    fetch()
    assert ranges(server) == ["bytes=14-", None]
    assert files(folder) == {"some.pt": CONTENT}


def test_more_than_the_file_has_is_refused(fetch, folder, server):
    server.moods = ["too much"]
    with pytest.raises(DownloadFailed, match="more than the file has"):
        fetch()
    assert files(folder) == {}


def test_a_file_that_is_not_there_is_not_asked_for_again(fetch, folder, server):
    server.moods = ["missing"] * 9
    with pytest.raises(DownloadFailed, match=r"404.*--from FILE"):
        fetch()
    assert len(server.requests) == 1
    assert files(folder) == {}


def test_two_at_once_do_not_write_into_each_other(fetch, folder):
    folder.mkdir()
    with (folder / "some.pt.part").open("a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DownloadFailed, match="Another download"):
            fetch()
