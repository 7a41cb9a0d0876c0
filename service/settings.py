"""Settings: one TOML file, defaults that need no file, secrets from the environment.

Every fault of the file is reported at once, each with its key, what is wrong and an example of what
is right, since an operator who mends one line only to be told of the next loses patience. Unknown
keys are faults too: a misspelt `catchup` that is silently ignored would be found on the day of the
outage. Relative paths are relative to the file's folder; without a file, to BRIEFING_HOME or the
current folder.

A key of a single section may also be set by the environment, which wins over the file:
`BRIEFING_STORE__URL=postgresql://…`, `BRIEFING_DESK__TIMEZONE=Asia/Shanghai`.

Pydantic appears here (with `values` and `addressees`) and in the brief's codec only; the rest of
the program gets frozen objects.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    ValidationError,
    field_validator,
)
from pydantic import model_validator as whole
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as SourcesError

from service import variables, wholeness
from service.addressees import BouncesSettings, DeliverySettings, RecipientSettings
from service.errors import SettingsError
from service.operating import (
    LogSettings,
    OperatorSettings,
    RetentionSettings,
    ServeSettings,
    StoreSettings,
)
from service.schedule.rules import check_cron
from service.values import Clock, Language, OneLine, Section, Span, WebAddress, Zone, tell
from service.visitors import Web

FILE_NAME = "briefing.toml"
FORMATS = ("pdf", "html", "txt", "md", "eml", "json")

#: An example of a right value for each key, printed behind what is wrong with it.
EXAMPLES: Mapping[str, str] = {
    "desk": '[desk], and below it title = "China–Russia Brief"',
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
    "lateness": '"6h" or "2d"',
    "catch_up": '"latest", "all" or "none"',
    "formats": '["email", "pdf"]',
    "skip_if_empty": "false",
    "skip_if_nothing_new": "false",
    "max_stories": "8",
    "summarizer": '"auto", "lexrank" or "lead"',
    "paper": '"A4" or "Letter"',
    "archival": "false",
    "templates": '"templates"',
    "mail": '"digest" or "full"',
    "address": '"reader@example.org"',
    "editions": '["daily"]',
    "attach": '["pdf"]',
    "channel": '"mail", "webhook" or "folder"',
    "format": '"digest", "full" or "text"',
    "groups": '["officials"]',
    "expires": '"24h" or "3d"',
    "on_doubt": '"resend" or "hold"',
    "maildir": '"/var/mail/bounce"',
    "folder": '"INBOX"',
    "remove": "false",
    "minutes": "5",
    "leave": '"leave@example.org"',
    "link_keys_env": '"BRIEFING_LINK_KEYS"',
    "utf8": "true",
    "host": '"localhost"',
    "port": "587",
    "security": '"none", "starttls" or "tls"',
    "username": '"brief"',
    "password_env": '"BRIEFING_SMTP_PASSWORD"',
    "max_attached_mb": "15",
    "per_connection": "100",
    "per_second": "10",
    "ca_file": '"authority.pem"',
    "hello": '"brief.example.org"',
    "webhook_secret_env": '"BRIEFING_WEBHOOK_SECRET"',
    "dkim_selector": '"brief"',
    "dkim_key": '"dkim.pem", made by openssl genrsa -out dkim.pem 2048',
    "sender": '"China–Russia Brief <brief@example.org>"',
    "listen": '"127.0.0.1:8080"',
    "public_url": '"https://briefs.example.org"',
    "access": '"public", "password" or "proxy"',
    "proxy_header": '"X-Remote-User"',
    "operators": '["maria"]',
    "trusted": '["127.0.0.1"]',
    "subscribe": "false",
    "indexed": "false",
    "workers": "false",
    "articles": '"365d"',
    "artifacts": '"365d" for retention, or "s3://bucket/briefs" for the store',
    "deliveries": '"90d"',
}


class Desk(Section):
    title: OneLine = "China–Russia Brief"
    topic: OneLine = "china-russia"
    marking: OneLine = "UNCLASSIFIED – open sources"
    timezone: Zone = "UTC"
    #: Of section names, labels and dates; and the language that is preferred where a story has
    #: articles in several. Nothing that an article says is translated.
    language: Language = "en"
    #: The summarizer of every issue that names no other; "auto" chooses for each story.
    summarizer: OneLine = "auto"
    max_stories: int = Field(default=8, ge=1, le=50)
    #: The size of a PDF's pages.
    paper: Literal["A4", "Letter"] = "A4"
    #: Make PDFs for keeping: PDF/A-3u as well as PDF/UA-1.
    archival: bool = False
    #: A folder with templates of one's own, over the shipped ones.
    templates: OneLine | None = None
    #: What the HTML of a mail holds: some 600 words with links, or the whole issue.
    mail: Literal["digest", "full"] = "digest"


class Collect(Section):
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


class SourceSettings(Section):
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
        tell(wholeness.place(self.kind, self.path, self.url))
        return self


class EditionSettings(Section):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    every: Literal["day", "week", "month"] | None = None
    cron: OneLine | None = None
    #: A weekday's name for a week, Monday where None; for a month the number of a day, the first
    #: where None, and the last day of a month that has fewer.
    on: str | int | None = None
    at: Clock = "07:00"
    timezone: Zone | None = None
    language: Language | None = None
    catch_up: Literal["latest", "all", "none"] = "latest"
    #: Later than this an issue is not made any more; None: it is until the next one is due.
    lateness: Span | None = None
    formats: tuple[Literal["email", "pdf", "html", "txt", "md", "json"], ...] = ("email", "pdf")
    #: What the HTML of its mails holds; None: as the desk's.
    mail: Literal["digest", "full"] | None = None
    #: No issue when there is nothing to tell, and none when all of it was told before.
    skip_if_empty: bool = False
    skip_if_nothing_new: bool = False
    max_stories: int | None = Field(default=None, ge=1, le=50)
    summarizer: OneLine | None = None
    templates: OneLine | None = None
    #: Members of these groups of recipients get it, too.
    groups: tuple[OneLine, ...] = ()
    #: After so long an issue is not sent any more to who has not got it.
    expires: Span | None = None

    @field_validator("cron")
    @classmethod
    def _is_a_rule_of_cron(cls, value: str | None) -> str | None:
        if value is not None:
            check_cron(value)
        return value

    @whole(mode="after")
    def _has_one_rhythm(self) -> "EditionSettings":
        timed = self.at if "at" in self.model_fields_set else None
        tell(wholeness.rhythm(self.every, self.cron, self.on, timed))
        return self


class Smtp(Section):
    host: OneLine = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: OneLine | None = None
    password_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = "BRIEFING_SMTP_PASSWORD"
    sender: OneLine = "China–Russia Brief <brief@localhost>"
    #: Whether it takes addresses with other scripts before the @ (SMTPUTF8).
    utf8: bool = False
    #: The most that the attachments of one mail may take, encoded; the rest is linked to.
    max_attached_mb: int = Field(default=15, ge=1, le=100)
    #: Connections at once, messages over each, and messages a second over all of them.
    connections: int = Field(default=4, ge=1, le=50)
    per_connection: int = Field(default=100, ge=1, le=10_000)
    per_second: float | None = Field(default=None, gt=0, le=1000)
    #: The authorities that its certificate is checked with; None: the system's.
    ca_file: OneLine | None = None
    #: What we call ourselves to it; None: the name of this machine.
    hello: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")] | None = None
    #: Where no mail server signs (DKIM): the label of the key in DNS, and its file; both or none.
    dkim_selector: OneLine | None = None
    dkim_key: OneLine | None = None

    @whole(mode="after")
    def _signs_or_not(self) -> "Smtp":
        if (self.dkim_selector is None) != (self.dkim_key is None):
            tell("dkim_selector needs dkim_key, and dkim_key needs dkim_selector")
        return self


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
    delivery: DeliverySettings = DeliverySettings()
    bounces: BouncesSettings = BouncesSettings()
    smtp: Smtp = Smtp()
    web: Web = Web()
    serve: ServeSettings = ServeSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()
    operator: OperatorSettings = OperatorSettings()
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

    def own(self, edition: str) -> EditionSettings | None:
        """Return what an edition says of itself; None: nothing, as of issues on demand.

        edition: "daily", or "daily@Asia/Tokyo", which is "daily" for readers of a zone.
        """
        name = edition.partition("@")[0]
        return next((one for one in self.edition if one.name == name), None)

    def templates(self, edition: str) -> Path | None:
        """Return the folder of templates over the shipped ones: an edition's own, or the desk's."""
        own = self.own(edition)
        chosen = (own and own.templates) or self.desk.templates
        return self.path(chosen).absolute() if chosen else None

    @property
    def store_url(self) -> str:
        """The store's address, with a relative SQLite file resolved against `anchor`."""
        prefix = "sqlite:///"
        url = self.store.url
        if url.startswith(prefix):
            return prefix + str(self.path(url.removeprefix(prefix)))
        return url

    @property
    def artifacts(self) -> str | None:
        """The address of the place for the bytes of files; None: the database."""
        return self.store.place(self.anchor)


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that default paths are relative to."""
    return Path(environ.get("BRIEFING_HOME") or ".").absolute()


def default_output(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that issues are written to where none is named."""
    return default_home(environ) / "briefs"


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
        for error in exc.errors(include_url=False):
            faults.append(variables.fault(error, where=where, environ=os.environ, hints=EXAMPLES))
    except SourcesError as exc:
        # A variable that sets a whole section, or a list, must be JSON.
        faults.append(variables.unreadable(exc))
    faults += [f"{where}: {fault}" for fault in wholeness.faults(data, home)]
    if faults or settings is None:
        raise SettingsError(tuple(dict.fromkeys(faults)))
    return settings
