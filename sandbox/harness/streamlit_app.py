"""Serves a Streamlit script on port 8000, with the interface that lets a program set widgets and read what is shown.

POST /_stcore/agent/interact answers with the elements as JSON; Streamlit calls it experimental.
"""

import functools
import os
from typing import NoReturn

from . import serving
from .diagnosis import Diagnosis
from .loading import WORK

OPTIONS = {
    "server_enableAgentApi": True,
    "server_agentWaitTimeout": 600,  # how long an answer may take is the judge's business
    "server_fileWatcherType": "none",
    "global_developmentMode": False,
    "browser_gatherUsageStats": False,
    "logger_level": "warning",  # not that the server has started
}


def serve(entry: str, diagnosis: Diagnosis) -> NoReturn:
    """Serve the script for ever. It runs when it is asked for: what is wrong with it is in the answers."""
    from streamlit.starlette import App  # noqa: PLC0415 not before it is needed

    if os.path.exists(WORK + ".streamlit"):
        set_options.cache_clear()  # it is to be read as well
    set_options()
    serving.serve_with(serving.serve_asgi, App(WORK + entry), diagnosis)


@functools.cache
def set_options() -> None:
    """Read the options, once: that takes longer than to run a small script."""
    from streamlit.web import bootstrap  # noqa: PLC0415 not before it is needed

    bootstrap.load_config_options(OPTIONS)
