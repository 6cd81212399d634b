"""A guild and who is in it: roles, members, moderation, invites, presences, the audit log."""
