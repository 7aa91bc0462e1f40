"""The flow graph: immutable, channel-neutral, with provenance. Parsers fill it, passes read it."""
