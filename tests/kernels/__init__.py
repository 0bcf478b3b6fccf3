# SPDX-License-Identifier: GPL-2.0-or-later
"""The series over real kernels: planted faults, harmless refactorings, renamed and reshaped trees."""
