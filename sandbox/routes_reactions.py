"""Reactions and pinned messages."""

from sandbox.rest import Routes

routes = Routes()
