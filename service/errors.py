"""The errors that this service raises on purpose.

    BriefError                      one clear line: what is wrong, where, and what to do
    ├── UsageError                  an option's value is wrong: exit code 2
    ├── SettingsError               .problems: every fault of the settings, at once
    ├── SourceError                 .source: the source's name
    │   ├── FetchError              .status, .retry_after_s
    │   ├── ParseError              .killed: a worker process had to be ended
    │   └── ExtractError
    ├── StoreError
    │   └── UnreachableError        what is stored does not answer now: trying again may help
    ├── RenderError                 .template
    │   └── PageError               .format: this document would be wrong; the others can be made
    ├── VerifyError                 the first difference found, with both texts
    ├── DeliveryError               .permanent
    └── LinkError                   a link that this service did not make

Adapters wrap third-party errors at their edge (`raise FetchError(...) from exc`); bugs such as a
`TypeError` are never wrapped. The pipeline catches `SourceError` and `DeliveryError` per item, and
the command line turns any `BriefError` into one line and exit code 1 (`UsageError`: 2).
"""


class BriefError(Exception):
    """Base of all errors that a person may read; `str(error)` is one line."""


class UsageError(BriefError):
    """A value on the command line is none that its option takes."""


class SettingsError(BriefError):
    """The settings are wrong; `problems` has one line for each fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class SourceError(BriefError):
    """A source, or one item of it, cannot be used."""

    def __init__(self, message: str, *, source: str = "") -> None:
        super().__init__(message)
        self.source = source


class FetchError(SourceError):
    """An address gave no usable answer; `status` is the HTTP status where there was one."""

    def __init__(
        self,
        message: str,
        *,
        source: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, source=source)
        self.status = status
        self.retry_after_s = retry_after_s


class ParseError(SourceError):
    """Bytes are not the format that they should be; `killed`: their reader had to be ended."""

    def __init__(self, message: str, *, source: str = "", killed: bool = False) -> None:
        super().__init__(message, source=source)
        self.killed = killed


class ExtractError(SourceError):
    """A document holds no text that can be read."""


class StoreError(BriefError):
    """The database, or a place of files, cannot be used, or lacks what was asked for."""


class UnreachableError(StoreError):
    """It does not answer now; what was begun is not half done, and may be tried again."""


class RenderError(BriefError):
    """A document cannot be made; `template` names the template, where one is at fault."""

    def __init__(self, message: str, *, template: str = "") -> None:
        super().__init__(message)
        self.template = template


class PageError(RenderError):
    """One document would not be right, and is not made; the others than `format` can be."""

    def __init__(self, message: str, *, template: str = "", format: str = "pdf") -> None:  # noqa: A002
        super().__init__(message, template=template)
        self.format = format


class VerifyError(BriefError):
    """A printed text differs from the text that it cites."""


class DeliveryError(BriefError):
    """A message was not accepted; `permanent` says that trying again is no use."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class LinkError(BriefError):
    """The mark in a link is none that this service made, or it was changed on its way."""
