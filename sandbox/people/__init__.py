"""What a person does in a client, each part by a mixin of `People`."""
