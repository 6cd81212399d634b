"""Who is in which voice channel. Nothing is ever spoken."""
