"""Acts on members and the record of them."""
