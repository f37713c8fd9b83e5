"""Runs untrusted programs and reports what they were seen to do; the comparing is done elsewhere.

Plain Python on the standard library and bubblewrap. docs/sandbox.md has the threat model.
"""

from sandbox.job import Burst, FunctionProbe, HttpProbe, Job, Limits, Probe, WidgetProbe, WidgetSweep
from sandbox.judging import PROBE_SECONDS, judge
from sandbox.packages import installed_packages
from sandbox.report import Detail, Ending, Interrupted, Observation, Report, SandboxUnavailable, Usage
from sandbox.verification import verify

__all__ = [
    "PROBE_SECONDS",
    "Burst",
    "Detail",
    "Ending",
    "FunctionProbe",
    "HttpProbe",
    "Interrupted",
    "Job",
    "Limits",
    "Observation",
    "Probe",
    "Report",
    "SandboxUnavailable",
    "Usage",
    "WidgetProbe",
    "WidgetSweep",
    "installed_packages",
    "judge",
    "verify",
]
