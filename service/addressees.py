"""The settings of recipients and of delivery: to whom, and what happens when it does not arrive."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from service.values import Language, Mailbox, Name, OneLine, Section, Zone, tell

Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class RecipientSettings(Section):
    #: A mailbox, the address of a webhook, or a folder; `wholeness` checks it.
    address: OneLine
    channel: Literal["mail", "webhook", "folder"] = "mail"
    name: Name | None = None
    editions: tuple[str, ...] = ()
    #: Each gives the editions that name it.
    groups: tuple[OneLine, ...] = ()
    #: None: as the edition says, or else the desk.
    format: Literal["digest", "full", "text"] | None = None
    attach: tuple[Literal["pdf", "html", "txt", "md", "json"], ...] = ("pdf",)
    #: Of the mail's own words; None: as the edition's.
    language: Language | None = None
    #: None: the edition's.
    timezone: Zone | None = None


class DeliverySettings(Section):
    #: What becomes of a message of which nobody knows whether it was taken over.
    on_doubt: Literal["resend", "hold"] = "resend"
    #: Where a mail goes by which a reader leaves; None: to the sender.
    leave: Mailbox | None = None
    #: The variable with the keys that sign readers' links, the oldest first, between commas.
    link_keys_env: Variable = "BRIEFING_LINK_KEYS"
    #: The variable with the secret that signs what is posted to webhooks.
    webhook_secret_env: Variable = "BRIEFING_WEBHOOK_SECRET"


class BouncesSettings(Section):
    """Where what comes back goes to, and how it is read: a Maildir, or a folder over IMAP."""

    #: The envelope's sender, with a mark of the message before the @; None: the sender, unmarked.
    address: Mailbox | None = None
    maildir: OneLine | None = None
    host: OneLine | None = None
    #: None: 993 for TLS, 143 otherwise.
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "tls"
    username: OneLine | None = None
    password_env: Variable = "BRIEFING_BOUNCES_PASSWORD"
    #: Of the mailbox over IMAP.
    folder: Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._/-]{1,200}$")] = "INBOX"
    ca_file: OneLine | None = None
    #: Delete what was read and was for us; False: mark it.
    remove: bool = False
    #: Between two looks.
    minutes: int = Field(default=5, ge=1, le=1440)

    @model_validator(mode="after")
    def _is_one_mailbox(self) -> "BouncesSettings":
        if self.maildir is not None and self.host is not None:
            tell("is either a maildir or a host with IMAP: remove one")
        if (self.host is None) != (self.username is None):
            tell("host needs username, and username needs host")
        return self
