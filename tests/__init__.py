"""Tests mirror the packages: `tests/feeds` tests `feeds`, and so on."""
