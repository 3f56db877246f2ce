"""How the API reads a body. Apart from requests.py: the framework's settings load it first."""

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser


class Json(JSONParser):
    """JSON; what cannot be read, or not be said again in an answer, is malformed."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            found = super().parse(*args, **kwargs)
            json.dumps(found, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except UnicodeEncodeError as error:
            raise ParseError("The JSON holds half of a surrogate pair.") from error
        return found


class Octets(BaseParser):
    """Plain bytes, under `octets`; at most `LONGEST` and one more are read."""

    media_type = "application/octet-stream"
    LONGEST = 2**20

    def parse(self, stream: Any, *_: Any, **__: Any) -> dict[str, bytes]:
        return {"octets": stream.read(self.LONGEST + 1)}
