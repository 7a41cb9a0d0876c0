"""How a database comes to the schema of `tables.py`: Alembic scripts, run by `engine.py`.

There is no alembic.ini: a program that is installed finds its scripts beside itself. A migration
names its columns in full and never imports `tables.py`, which shows the last schema only. Numbers
are four digits, so that they sort; `engine.HEAD` is the last of them.
"""
