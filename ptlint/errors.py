# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors that a user can cause. Each carries the exit status of the command line.

A bug of ptlint is never one of these: it stays a traceback.
"""


class PtlintError(Exception):
    """Something the user can mend; the message says what, where, and what to do next."""

    exit_status = 2


class UsageError(PtlintError):
    """A wrong command line."""


class TreeError(PtlintError):
    """The tree is none, or lacks a file that is needed, or a path leaves it."""


class KconfigError(PtlintError):
    """A Kconfig file that cannot be read."""

    exit_status = 3


class ConfigurationError(PtlintError):
    """A configuration, an assumption or a toolchain profile that cannot be used."""


class PatchError(PtlintError):
    """Input that is no patch."""


class PatchDoesNotApply(PtlintError):
    """A patch that does not fit the tree; names patch, file, hunk and base."""

    exit_status = 4


class RuleError(PtlintError):
    """A rule or fact file that is wrong; names the file and the key."""
