# SPDX-License-Identifier: GPL-2.0-or-later
"""Static patch analyzer and Kconfig-aware linter for the Linux kernel's page-table lifetime rules."""

__version__ = "0.1.0"
