"""What `script/*` do: make the environment, start the product's processes, try it from outside.

Knows the standard library only, so that it runs before anything is installed; imports no app, only
`studio.client` and `studio.lib.probing`, which need no more than that.
"""
