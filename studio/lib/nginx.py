"""Fills in deploy/nginx.conf.template. Knows its placeholders; nothing of the product."""

import re


def filled(template: str, **values: object) -> str:
    """The configuration: `${NAME}` is ours, `$name` nginx's own. KeyError without a value."""
    return re.sub(r"\$\{([A-Z_]+)\}", lambda found: str(values[found[1]]), template)
