"""The REST API from outside, typed: `Client(url, username=…, password=…)`, and `ApiError`.

Knows HTTP and the API, nothing of the product behind it: it runs with Python alone, without Django.
"""

from studio.client.characters import Characters
from studio.client.errors import ApiError
from studio.client.variants import Variants

__all__ = ["ApiError", "Client"]


class Client(Characters, Variants):
    """Everything that one person does through the API of one studio."""
