"""The sandbox's own interface: people over HTTP, the page, time and trouble to order."""
