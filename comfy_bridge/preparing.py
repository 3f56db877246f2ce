"""Makes a prompt ready to be driven: pictures named by their content, values in their places.

Pure: a graph, its bindings, values and bytes in, a BoundPrompt out.
"""

import hashlib
from collections.abc import Mapping, Sequence

from comfy_bridge.bindings import Binding, Values, bind
from comfy_bridge.graph import output_nodes
from comfy_bridge.requests import BoundPrompt, Graph, Upload

# Top-level input files slow down every submission to a server; those in a folder do not.
FOLDER = "likeness-studio"
_MAGIC = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpg"), (b"RIFF", "webp"))


def upload_of(data: bytes) -> Upload:
    """An upload whose name is its content's hash, so that it never changes meaning."""
    kinds = [kind for magic, kind in _MAGIC if data.startswith(magic)]
    name = f"{hashlib.sha256(data).hexdigest()[:40]}.{kinds[0] if kinds else 'bin'}"
    return Upload(data=data, name=name, subfolder=FOLDER)


def output_prefix(key: str) -> str:
    """The `filename_prefix` for one candidate: a folder of its own, by a key of ours."""
    return f"{FOLDER}/{key}/out"


def prepare(
    graph: Graph,
    bindings: Sequence[Binding],
    values: Values,
    pictures: Mapping[str, bytes],
    outputs: Sequence[str] = (),
) -> BoundPrompt:
    """Bind values and pictures (binding name -> bytes). Raises BindingRefused.

    `outputs` are the declared output nodes; by default every node that saves a picture.
    """
    uploads = {name: upload_of(data) for name, data in pictures.items()}
    places = {name: upload.value for name, upload in uploads.items()}
    bound = bind(graph, bindings, {**values, **places})
    return BoundPrompt(
        graph=bound,
        outputs=tuple(outputs) or output_nodes(graph),
        uploads=tuple(uploads.values()),
    )
