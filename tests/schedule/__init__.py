"""Tests of the calendar: its rules, the tick, and what survives a kill."""
