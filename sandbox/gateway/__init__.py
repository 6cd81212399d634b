"""The gateway: sessions of bots, their sockets, and every event offered to them."""
