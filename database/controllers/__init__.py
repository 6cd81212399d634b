"""The actions, by topic: each public method is one action in one visible transaction."""
