"""Roles of a guild."""

from sandbox.rest import Routes

routes = Routes()
