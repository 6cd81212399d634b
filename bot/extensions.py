"""The table of contents of all features: what is not listed is not loaded."""

EXTENSIONS: tuple[str, ...] = ()
