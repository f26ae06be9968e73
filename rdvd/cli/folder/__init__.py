"""`rdv folder`: the tree of folders that sessions are put into."""
