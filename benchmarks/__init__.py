"""Speed and quality, measured beside a named peer or floor in one run: `./run bench NAME`.

A time alone says as much about the machine as about the program, so every figure that is kept is a
ratio. Nothing here is a test; the floors that must hold are in `tests/`.
"""
