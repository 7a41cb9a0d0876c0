"""One lock for PDFium, which is not safe in several threads.

Two packages call it: `feeds.pdf` reads PDF documents of a folder, `service.render.readback` reads
our own back to verify them. They may not import each other, but both stand above this module, which
imports nothing of ours. Held from opening a document to closing it: PDFium keeps state for the
whole process, not for a document.

Rejected: a lock in each (two threads could be in PDFium at once all the same); reading back in a
process of its own (what is read back is ours, and not hostile; a process costs 70 ms a document).
"""

import threading

LOCK = threading.Lock()
