"""One file a step: `m<number>_<what>.py`."""
