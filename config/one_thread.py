"""One thread for matrix products; imported before anything that loads numpy, which reads this once.

The night's products are small: a second thread waits more than it works, twice the CPU for the same time; and
nights are spread over processes as it is.
"""

import os
from typing import Final

THREADS: Final = "1"

for _library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", THREADS)
