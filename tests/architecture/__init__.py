"""What the architecture allows, as rules over the syntax trees of our own code."""
