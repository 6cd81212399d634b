"""Channels are made, changed and removed."""

from sandbox.rest import Routes

routes = Routes()
