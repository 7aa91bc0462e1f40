"""Rules about consent and about what WhatsApp's policies speak of: one module each."""
