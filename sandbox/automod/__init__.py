"""Discord's AutoMod: rules, and what people write held against them."""
