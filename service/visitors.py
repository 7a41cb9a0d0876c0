"""The settings of the web archive: where it listens, who may read it, and who may act."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from service.addressees import Variable
from service.values import OneLine, Section, WebAddress


def _peer(value: str) -> str:
    try:
        return ip_address(value).compressed
    except ValueError:
        raise ValueError(f'"{value}" is no address of a machine') from None


Peer = Annotated[str, AfterValidator(_peer)]


class Web(Section):
    listen: Annotated[str, Field(pattern=r"^.+:\d{1,5}$")] = "127.0.0.1:8080"
    public_url: WebAddress | None = None
    #: Who may read; None: nobody has chosen, so that it is shown to this machine only.
    access: Literal["public", "password", "proxy"] | None = None
    #: The variable with the hash of the password, by which the operator logs in, too.
    password_env: Variable = "BRIEFING_WEB_PASSWORD_HASH"
    #: The header in which a proxy that has logged somebody in names the person.
    proxy_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$")] = "X-Remote-User"
    #: Who of those whom the proxy names may act.
    operators: tuple[OneLine, ...] = ()
    #: The machines that the proxy's word is taken from: for who somebody is, and for the address
    #: that a request came from.
    trusted: tuple[Peer, ...] = ("127.0.0.1", "::1")
    #: The machines that may read /metrics and the reasons of /readyz.
    watchers: tuple[Peer, ...] = ("127.0.0.1", "::1")
    #: Readers may subscribe on a page, and answer a mail.
    subscribe: bool = False
    #: Search engines may list the pages.
    indexed: bool = False
