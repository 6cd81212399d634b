"""Invites."""

from sandbox.rest import Routes

routes = Routes()
