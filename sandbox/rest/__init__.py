"""REST: one pipeline for every request, limits and faults, and the table of routes."""
