"""A small ComfyUI-compatible server for demo and tests, in a process of its own (no Django here).

It knows the protocol of ComfyUI 0.33.0 as recorded; it must not import the client half.
"""
