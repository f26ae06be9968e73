"""`rdv`, the command line: a client of the daemon's socket. It never imports actors or storage."""
