"""A net whose batch does not fit into memory: the error comes from its own forward pass."""

import numpy as np
import pytest
import torch
from torch import nn

from qa.running import GPU_FULL, NO_ENTRY, NO_GPU, Net, Place


class Tight(nn.Module):
    """Doubles its inputs, as long as no more than `room` come at once."""

    def __init__(self, room):
        super().__init__()
        self.room = room
        self.passes = []

    def forward(self, batch):
        self.passes.append(len(batch))
        if len(batch) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return batch * 2


class OnlyOnCpu(nn.Module):
    """Runs out of memory on every device but the CPU."""

    def __init__(self):
        super().__init__()
        self.devices = []

    def forward(self, batch):
        self.devices.append(batch.device.type)
        if batch.device.type != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return batch * 2


class NoWayIn(Tight):
    """Has no place in the memory of any device but the CPU's."""

    def to(self, *args, **kwargs):
        if args and args[0].type != "cpu":
            raise torch.AcceleratorError("CUDA error: out of memory")
        return super().to(*args, **kwargs)


def inputs(count):
    return np.arange(count, dtype=np.float32).reshape(count, 1, 1, 1)


def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_nothing_is_lost():
    tight = Tight(room=3)
    (outputs,) = Net(tight, Place("cpu"), most=16)(inputs(16))
    assert (outputs == inputs(16) * 2).all()
    assert tight.passes == [16, 8, 4, 2, 2, 2, 2, 2, 2, 2, 2]


def test_later_batches_begin_with_what_has_proved_to_fit():
    tight = Tight(room=4)
    net = Net(tight, Place("cpu"), most=8)
    net(inputs(8))
    tight.passes.clear()
    net(inputs(6))
    assert tight.passes == [4, 2]


def test_a_gpu_without_room_for_one_gives_way_to_the_cpu_with_a_note():
    place = Place("cpu")
    place.device = torch.device("meta")  # stands for a GPU: nothing fits there
    full = OnlyOnCpu()
    (outputs,) = Net(full, place, most=4)(inputs(4))
    assert (outputs == inputs(4) * 2).all()
    assert full.devices == ["meta", "meta", "meta", "cpu"]
    assert place.note == GPU_FULL


def test_a_gpu_that_has_no_room_for_the_net_itself_gives_way_to_the_cpu_with_a_note():
    place = Place("cpu")
    place.device = torch.device("meta")
    (outputs,) = Net(NoWayIn(room=4), place, most=4)(inputs(4))
    assert (outputs == inputs(4) * 2).all()
    assert place.note == NO_ENTRY


def test_a_cpu_without_room_for_one_says_so():
    with pytest.raises(torch.OutOfMemoryError):
        Net(Tight(room=0), Place("cpu"), most=4)(inputs(4))


def test_a_gpu_that_is_asked_for_and_not_there_is_a_note():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert Place("cuda").note == NO_GPU
    assert Place("cuda").device.type == "cpu"
    assert (Place("auto").note, Place("cpu").note) == ("", "")


def test_outputs_of_several_parts_keep_their_order():
    class Two(nn.Module):
        def forward(self, batch):
            return batch, batch * 10

    one, ten = Net(Two(), Place("cpu"), most=2)(inputs(5))
    assert (one == inputs(5)).all()
    assert (ten == inputs(5) * 10).all()
