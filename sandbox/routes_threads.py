"""Threads and posts of forums."""

from sandbox.rest import Routes

routes = Routes()
