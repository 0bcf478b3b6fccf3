# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs some work for several names in processes of their own, at most so many at a time.

Processes are forked: they know what this one knows, and nothing has to be sent to them. What they give is
pickled.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar, cast

from ptlint.errors import PtlintError

T = TypeVar("T")
Progress = Callable[[str], None]
Work = Callable[[str, Progress], T]

_SAID, _MADE, _REFUSED, _FAILED = "said", "made", "refused", "failed"


def can_fork() -> bool:
    """Say whether this system can fork processes."""
    return "fork" in multiprocessing.get_all_start_methods()


def in_processes(work: Work[T], names: Sequence[str], jobs: int, progress: Progress) -> list[T]:
    """Return what *work* makes of each name, in their order.

    Raises:
        PtlintError: what the work raised for the first of the names that it refused.
        RuntimeError: it failed otherwise; the text has the traceback.
    """
    running = _Running(work, progress)
    waiting = list(names)
    try:
        while waiting or running.processes:
            while waiting and len(running.processes) < jobs:
                running.start(waiting.pop(0))
            running.listen()
    finally:
        running.stop()
    for name in names:
        if name in running.refused:
            raise running.refused[name]
    return [running.made[name] for name in names]


class _Running(Generic[T]):
    """The processes that are running, and what has come of the others."""

    def __init__(self, work: Work[T], progress: Progress) -> None:
        self._work = work
        self._progress = progress
        self.processes: dict[Connection, tuple[str, BaseProcess]] = {}
        self.made: dict[str, T] = {}
        self.refused: dict[str, PtlintError] = {}

    def start(self, name: str) -> None:
        """Fork a process for a name."""
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(self._work, name, theirs), daemon=True)
        process.start()
        theirs.close()  # so that the end of the process is the end of what it says
        self.processes[ours] = (name, process)

    def listen(self) -> None:
        """Wait for the next words of any process, and take them down."""
        for ready in wait(list(self.processes)):
            connection = cast("Connection", ready)
            name, process = self.processes[connection]
            try:
                kind, what = connection.recv()
            except EOFError:
                process.join()
                raise RuntimeError(f"the process for {name} ended with status {process.exitcode}") from None
            if kind == _SAID:
                self._progress(what)
                continue
            if kind == _FAILED:
                raise RuntimeError(f"the process for {name} failed:\n{what}")
            if kind == _REFUSED:
                self.refused[name] = what
            else:
                self.made[name] = what
            process.join()
            connection.close()
            del self.processes[connection]

    def stop(self) -> None:
        """End what still runs."""
        for connection, (_, process) in self.processes.items():
            process.terminate()
            process.join()
            connection.close()


def _run(work: Work[T], name: str, connection: Connection) -> None:
    """Do the work for one name, in a process of its own."""

    def say(text: str) -> None:
        connection.send((_SAID, text))

    try:
        made = work(name, say)
    except PtlintError as error:
        connection.send((_REFUSED, error))
    except Exception:  # a bug: told to the process that waits, which fails with it
        connection.send((_FAILED, traceback.format_exc()))
    else:
        connection.send((_MADE, made))
    connection.close()
