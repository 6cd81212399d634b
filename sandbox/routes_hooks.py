"""Webhooks that a bot makes, and what is sent through them."""

from sandbox.rest import Routes

routes = Routes()
