"""For contenders: how much memory this process holds."""

import gc
import os
from pathlib import Path


def resident_bytes() -> int:
    """What is resident now, rubbish taken out first."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
