"""Settings: one TOML file, defaults that need no file, secrets from the environment.

Every fault of the file is reported at once, each with its key, what is wrong and an example of what
is right, since an operator who mends one line only to be told of the next loses patience. Unknown
keys are faults too: a misspelt `catchup` that is silently ignored would be found on the day of the
outage. Keys of steps that this version does not run yet (`[smtp]`, `[web]`, editions' times) are
checked as strictly as the others. Relative paths are relative to the file's folder; without a file,
to BRIEFING_HOME or the current folder.

A key of a single section may also be set by the environment, which wins over the file:
`BRIEFING_STORE__URL=postgresql://…`, `BRIEFING_DESK__TIMEZONE=Asia/Shanghai`.

Pydantic appears in this module and in the brief's codec only; the rest of the program gets frozen
objects.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from pydantic import model_validator as whole
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service import wholeness
from service.errors import SettingsError

FILE_NAME = "briefing.toml"
FORMATS = ("pdf", "html", "txt", "md", "eml", "json")

#: An example of a right value for each key, printed behind what is wrong with it.
EXAMPLES: Mapping[str, str] = {
    "desk": '[desk]\ntitle = "China–Russia Brief"',
    "timezone": '"Europe/London"',
    "title": '"China–Russia Brief"',
    "topic": '"china-russia", or the path of a profile of your own, which ends in .toml',
    "marking": '"UNCLASSIFIED – open sources"',
    "url": '"https://example.org/feed.xml", or "sqlite:///briefing.db" for the store',
    "name": '"daily"',
    "kind": '"folder" or "feed"',
    "path": '"corpus"',
    "language": '"en", "zh" or "ru"',
    "state_media": '"CN"',
    "full_text": "true",
    "max_mb": "20",
    "allow_private": "true",
    "contact": '"https://example.org/about-our-reader", or "desk@example.org"',
    "connections": "50",
    "gap_s": "1.0",
    "proxy": '"http://proxy.example.org:3128"',
    "every": '"day", "week" or "month"',
    "cron": '"0 7 * * 1-5"',
    "at": '"07:00"',
    "on": '"monday" for a week, 1 for a month',
    "catch_up": '"latest", "all" or "none"',
    "formats": '["email", "pdf"]',
    "skip_if_empty": "false",
    "max_stories": "8",
    "summarizer": '"auto", "lexrank" or "lead"',
    "paper": '"A4" or "Letter"',
    "archival": "false",
    "address": '"reader@example.org"',
    "editions": '["daily"]',
    "attach": '["pdf"]',
    "host": '"localhost"',
    "port": "587",
    "security": '"none", "starttls" or "tls"',
    "username": '"brief"',
    "password_env": '"BRIEFING_SMTP_PASSWORD"',
    "sender": '"China–Russia Brief <brief@example.org>"',
    "listen": '"127.0.0.1:8080"',
    "public_url": '"https://briefs.example.org"',
}


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f'"{value}" is no time zone of the IANA list')
    return value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f'"{value}" is no time of day from 00:00 to 23:59')
    return value


def _web(value: str) -> str:
    if not re.match(r"https?://[^\s/]+", value):
        raise ValueError(f'"{value}" does not begin with http:// or https://')
    return value


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"[^\s@,<>\x00-\x1f]+@[^\s@,<>\x00-\x1f]+", value):
        raise ValueError(f'"{value}" is no address of one mailbox')
    return value


def _one_line(value: str) -> str:
    if not value.strip() or re.search(r"[\x00-\x1f\x7f\u2028\u2029]", value):
        raise ValueError("must be one line of text, and not empty")
    return value


def _tell(fault: str | None) -> None:
    if fault:
        raise ValueError(fault)


Zone = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[str, AfterValidator(_clock)]
WebAddress = Annotated[str, AfterValidator(_web)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
OneLine = Annotated[str, AfterValidator(_one_line)]
FormatName = Literal["pdf", "html", "txt", "md", "eml", "json"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Desk(_Section):
    title: OneLine = "China–Russia Brief"
    topic: OneLine = "china-russia"
    marking: OneLine = "UNCLASSIFIED – open sources"
    timezone: Zone = "UTC"
    #: The summarizer of every issue that names no other; "auto" chooses for each story.
    summarizer: OneLine = "auto"
    max_stories: int = Field(default=8, ge=1, le=50)
    #: The size of a PDF's pages.
    paper: Literal["A4", "Letter"] = "A4"
    #: Make PDFs for keeping: PDF/A-3u as well as PDF/UA-1.
    archival: bool = False


class StoreSettings(_Section):
    url: OneLine = "sqlite:///briefing.db"

    @field_validator("url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if not re.match(r"sqlite:///.|postgresql(\+psycopg)?://.", value):
            raise ValueError(f'"{value}" is the address of no database that is known here')
        return value


class Collect(_Section):
    #: How whoever runs a site that we read can reach the operator: an address of either kind.
    contact: OneLine | None = None
    #: Requests at once; to one host it is always one.
    connections: int = Field(default=50, ge=1, le=500)
    #: Between two requests to one host.
    gap_s: float = Field(default=1.0, ge=0, le=60)
    proxy: WebAddress | None = None

    @field_validator("contact")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[\x21-\x7e]+", value):
            raise ValueError("must be one address, without blanks")
        return value

    @field_validator("proxy")
    @classmethod
    def _is_plain(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("http://"):
            raise ValueError(f'"{value}" is no proxy that is reached by http://')
        return value


class SourceSettings(_Section):
    name: OneLine
    kind: Literal["folder", "feed"]
    path: OneLine | None = None
    url: WebAddress | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    state_media: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    full_text: bool = False
    #: Largest file, or feed after decompression, that is read.
    max_mb: int = Field(default=20, ge=1, le=200)
    #: Feeds only: the address may lie in a private network.
    allow_private: bool = False

    @whole(mode="after")
    def _has_its_place(self) -> "SourceSettings":
        _tell(wholeness.place(self.kind, self.path, self.url))
        return self


class EditionSettings(_Section):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    every: Literal["day", "week", "month"] | None = None
    cron: OneLine | None = None
    on: str | int | None = None
    at: Clock = "07:00"
    timezone: Zone | None = None
    catch_up: Literal["latest", "all", "none"] = "latest"
    formats: tuple[Literal["email", "pdf", "html", "txt", "md", "json"], ...] = ("email", "pdf")
    skip_if_empty: bool = False
    max_stories: int | None = Field(default=None, ge=1, le=50)
    summarizer: OneLine | None = None

    @whole(mode="after")
    def _has_one_rhythm(self) -> "EditionSettings":
        _tell(wholeness.rhythm(self.every, self.cron))
        return self


class RecipientSettings(_Section):
    address: Mailbox
    editions: tuple[str, ...] = Field(min_length=1)
    attach: tuple[FormatName, ...] = ("pdf",)


class Smtp(_Section):
    host: OneLine = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: OneLine | None = None
    password_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = "BRIEFING_SMTP_PASSWORD"
    sender: OneLine = "China–Russia Brief <brief@localhost>"


class Web(_Section):
    listen: Annotated[str, Field(pattern=r"^.+:\d{1,5}$")] = "127.0.0.1:8080"
    public_url: WebAddress | None = None


def _corpus() -> tuple[SourceSettings, ...]:
    return (SourceSettings(name="corpus", kind="folder", path="corpus"),)


class Settings(BaseSettings):
    """Everything that an operator may choose, checked."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="BRIEFING_", env_nested_delimiter="__"
    )

    desk: Desk = Desk()
    store: StoreSettings = StoreSettings()
    collect: Collect = Collect()
    source: tuple[SourceSettings, ...] = Field(default_factory=_corpus)
    edition: tuple[EditionSettings, ...] = ()
    recipient: tuple[RecipientSettings, ...] = ()
    smtp: Smtp = Smtp()
    web: Web = Web()
    #: The folder that relative paths start from; not a key of the file.
    anchor: Path = Field(default=Path("."), exclude=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over the file, and nothing else: no .env that nobody expects."""
        return env_settings, init_settings

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.timezone)

    def path(self, value: str) -> Path:
        """Return a path of the settings, absolute where `anchor` is."""
        return self.anchor / Path(value).expanduser()

    @property
    def store_url(self) -> str:
        """The store's address, with a relative SQLite file resolved against `anchor`."""
        prefix = "sqlite:///"
        url = self.store.url
        if url.startswith(prefix):
            return prefix + str(self.path(url.removeprefix(prefix)))
        return url


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that default paths are relative to."""
    return Path(environ.get("BRIEFING_HOME") or ".").absolute()


def load(file: Path | None, *, home: Path | None = None) -> Settings:
    """Read the settings of `file`, or of briefing.toml in `home` where there is one.

    Raises SettingsError with every fault of the file, or with one line when a file that was
    asked for cannot be read.
    """
    base = home or default_home()
    if file is None:
        file = base / FILE_NAME
        if not file.exists():
            return check({}, home=base)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        message = f'{file}: no such file; "briefing init" writes one'
        raise SettingsError((message,)) from exc
    except OSError as exc:
        raise SettingsError((f"{file}: cannot be read: {exc.strerror}",)) from exc
    except UnicodeDecodeError as exc:
        raise SettingsError((f"{file}: is not UTF-8; save it as UTF-8",)) from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError((f"{file}: is not TOML: {exc}",)) from exc
    return check(data, home=file.absolute().parent, where=str(file))


def check(data: Mapping[str, Any], *, home: Path, where: str = FILE_NAME) -> Settings:
    """Return the settings that a parsed file holds; raise SettingsError with all its faults."""
    faults: list[str] = []
    settings: Settings | None = None
    if "anchor" in data:
        faults.append(f"{where}: anchor: is not a setting; remove it")
    try:
        settings = Settings(**{**data, "anchor": home})
    except ValidationError as exc:
        faults += [_fault(where, error) for error in exc.errors(include_url=False)]
    faults += [f"{where}: {fault}" for fault in wholeness.faults(data, home)]
    if faults or settings is None:
        raise SettingsError(tuple(dict.fromkeys(faults)))
    return settings


def _fault(where: str, error: Any) -> str:
    """Put one of pydantic's errors into a line that an operator can act on."""
    loc = error["loc"]
    key = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
    named = [str(p) for p in loc if isinstance(p, str)]
    name = named[-1] if named else ""
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{where}: {key}: is not a setting; remove it, or look for a misspelling"
    if kind == "missing":
        text = "is missing"
    elif kind == "value_error":
        text = str(error["ctx"]["error"])
    else:
        text = error["msg"][0].lower() + error["msg"][1:]
    hint = EXAMPLES.get(name, "")
    if hint and "needs" not in text:
        text += f"; for example {hint}"
    return f"{where}: {key}: {text}"
