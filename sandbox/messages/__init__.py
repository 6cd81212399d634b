"""Messages with all that is in and around them: embeds, components, files, reactions, pins, forwards."""
