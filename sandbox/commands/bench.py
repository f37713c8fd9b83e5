"""Measure how fast jobs run here (sandbox/benchmark.py)."""

from sandbox import benchmark


def main(arguments: list[str]) -> int:
    return benchmark.main(arguments)
