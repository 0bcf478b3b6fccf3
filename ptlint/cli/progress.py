# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run is doing, on a terminal and only if it takes a while."""

import shutil
import time
from typing import TextIO

from ptlint.reports.plain import neutral

_PATIENCE = 1.0
"""Seconds before anything is shown."""

_INTERVAL = 0.1
"""Seconds between two texts."""


class Progress:
    """Shows the latest text on one line of a terminal; on anything else it is silent."""

    def __init__(self, stream: TextIO, quiet: bool) -> None:
        self._stream = stream
        self._on = stream.isatty() and not quiet
        self._next = time.monotonic() + _PATIENCE
        self._shown = False

    def __call__(self, text: str) -> None:
        """Show *text* if it is time for it."""
        now = time.monotonic()
        if self._on and now >= self._next:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[K{neutral(text)[:width]}")
            self._stream.flush()
            self._next = now + _INTERVAL
            self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False
