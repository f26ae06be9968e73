"""The daemon that keeps a developer's terminals, agents, worktrees and jobs alive."""

VERSION = "0.1.0"
