"""`python -m rdvd`."""

from rdvd.program import main

main()
