"""A Discord on your own machine: the same wire, people to play, a page. It imports nothing of the bot."""
