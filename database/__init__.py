"""Reeve's memory: knows SQL, never Discord."""
