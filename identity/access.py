"""Verbs on searches by likeness."""

from people.access import EVERYONE, declare

declare("likeness.search", EVERYONE)
