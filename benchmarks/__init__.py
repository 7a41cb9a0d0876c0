"""Measurements: speed and quality, beside others', with the ratios printed."""
