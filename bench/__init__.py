"""Benchmarks: what a thing costs beside the plainest way to do it. Never part of the build."""
