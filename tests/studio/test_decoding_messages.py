"""Messages between the server and its decoding child: whole, or not at all."""

import io
import struct

import pytest

from studio.lib import framing


def _sent(head, blobs=()):
    pipe = io.BytesIO()
    framing.send(pipe, head, blobs)
    return pipe.getvalue()


def test_a_message_arrives_as_it_was_sent():
    pipe = io.BytesIO(_sent({"a": 1}, [b"", b"xyz"]) + _sent({"b": [2]}))
    assert framing.receive(pipe) == ({"a": 1}, [b"", b"xyz"])
    assert framing.receive(pipe) == ({"b": [2]}, [])
    assert framing.receive(pipe) is None


def test_a_message_cut_anywhere_is_broken():
    whole = _sent({"a": 1}, [b"xyz"])
    for length in range(1, len(whole)):
        with pytest.raises(framing.BrokenFrame):
            framing.receive(io.BytesIO(whole[:length]))


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b"{}",
        b"null",
        b"\xff\xfe",
        b'{"blobs": 7}',
        b'{"blobs": ["x"]}',
        b'{"blobs": [-1]}',
        b'{"blobs": [99999999999]}',
    ],
)
def test_nonsense_is_broken(text):
    with pytest.raises(framing.BrokenFrame):
        framing.receive(io.BytesIO(struct.pack(">I", len(text)) + text))


def test_a_head_that_claims_gigabytes_is_not_read():
    with pytest.raises(framing.BrokenFrame):
        framing.receive(io.BytesIO(b"\xff\xff\xff\xff" + bytes(100)))
