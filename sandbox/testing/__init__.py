"""For who tests a bot: another process on the sandbox, and fixtures for pytest."""
