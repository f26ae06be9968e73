"""`python -m rdvd`."""

from rdvd.main import main

main()
