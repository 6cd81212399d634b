"""The features: one command family a file or folder; `_private.py` is a helper, not an extension."""
