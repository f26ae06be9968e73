"""`rdv worktree`: branches with directories of their own, listed, made, looked at and removed."""
