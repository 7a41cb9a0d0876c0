"""What an issue is printed on."""

from dataclasses import dataclass
from typing import Literal

Size = Literal["A4", "Letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The paper of a PDF, and whether the file is made to be kept for decades."""

    size: Size = "A4"
    #: PDF/A-3u as well as PDF/UA-1.
    archival: bool = False
