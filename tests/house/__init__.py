"""The house itself: ./dev and the locks."""
