"""Tests of what is handed over: the set-up on a machine, and the wheel."""
