"""What people tells those above it: something about a project, member or person changed.

The audit stands on people and so cannot be called from here; it listens instead.
"""

from django.dispatch import Signal

changed = Signal()  # sender: the model; actor, verb, obj, before, after; inside the transaction
