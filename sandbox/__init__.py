"""Runs untrusted programs and reports what they were seen to do; the comparing is done elsewhere.

Plain Python on the standard library and bubblewrap. docs/sandbox.md has the threat model.
"""

from sandbox.job import HttpProbe, Job, Limits
from sandbox.judging import judge
from sandbox.report import Detail, Ending, Interrupted, Observation, Report, SandboxUnavailable, Usage
from sandbox.verification import verify

__all__ = [
    "Detail",
    "Ending",
    "HttpProbe",
    "Interrupted",
    "Job",
    "Limits",
    "Observation",
    "Report",
    "SandboxUnavailable",
    "Usage",
    "judge",
    "verify",
]
