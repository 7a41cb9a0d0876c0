"""How long `briefing --help` takes beside an empty Python; asked: at most six times."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

PAIRS = 21


def _seconds(command: Sequence[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main(words: Sequence[str]) -> None:
    """Print the medians of pairs, and their ratio."""
    briefing = str(Path(sys.executable).with_name("briefing"))
    pairs = [
        (_seconds([sys.executable, "-c", "pass"]), _seconds([briefing, "--help"]))
        for _ in range(PAIRS)
    ]
    floor, ours = median(p[0] for p in pairs), median(p[1] for p in pairs)
    ratio = median(b / a for a, b in pairs)
    print(f"python -c pass   {1000 * floor:6.1f} ms")
    print(f"briefing --help  {1000 * ours:6.1f} ms   {ratio:.1f} times   (asked: at most 6)")
