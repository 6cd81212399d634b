"""Voice states and voice regions."""

from sandbox.rest import Routes

routes = Routes()
