"""`rdv session`: sessions listed, begun, looked at, typed into, waited for and ended."""
