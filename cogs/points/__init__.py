"""What members earn and give."""
