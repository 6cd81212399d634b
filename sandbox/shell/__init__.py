"""The words of `python -m sandbox`."""
