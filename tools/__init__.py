"""Programs for those who work on rdvd; nothing here is part of what is installed."""
