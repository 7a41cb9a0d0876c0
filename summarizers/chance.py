"""Chance: sentences drawn by lot. What a method must beat to be one."""

from zlib import crc32

import numpy as np

from summarizers.base import Scores, Text


class Chance:
    """Scores sentences at random, the same for the same text and seed."""

    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def scores(self, text: Text) -> Scores:
        """Return independent numbers, uniform in [0, 1)."""
        mark = 0
        for unit in text.units:
            mark = crc32(unit.text.encode("utf-8", "surrogatepass"), mark)
        return np.random.default_rng([self._seed, mark]).random(len(text.units))
