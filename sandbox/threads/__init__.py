"""Threads and posts of forums: started, joined, changed, archived."""
