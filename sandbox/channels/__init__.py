"""Channels of a guild: made, changed, opened and closed to people, slowed down; their webhooks; direct ones."""
