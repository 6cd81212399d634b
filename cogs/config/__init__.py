"""What a server sets for itself."""
