"""AutoMod's rules."""

from sandbox.rest import Routes

routes = Routes()
