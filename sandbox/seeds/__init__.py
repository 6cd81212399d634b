"""How a world begins, and how it grows."""
