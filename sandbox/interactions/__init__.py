"""Commands, and what becomes of an interaction from its birth to the last follow-up."""
