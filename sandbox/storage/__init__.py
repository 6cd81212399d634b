"""A world that is kept."""
