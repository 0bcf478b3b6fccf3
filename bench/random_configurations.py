# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what a run says of all configurations with random ones; see tests/kernels/completeness.py.

    python bench/random_configurations.py --tree DIR --arch A [--arch B]… [--count N] [--seed N]

Needs flex, bison and gcc, for the kernel's own conf. Prints how many configurations have something that the
run does not say; its exit status is 1 if any has.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.kernels.completeness import main

if __name__ == "__main__":
    sys.exit(main())
