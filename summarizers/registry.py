"""Names to summarizers, each loaded when it is asked for."""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from summarizers.base import Summarizer

#: Name to "module:class"; what follows a space is the class's argument.
_PLACES: Final = MappingProxyType(
    {
        "news": "summarizers.news:News",
        "coverage": "summarizers.coverage:Coverage",
        "lead": "summarizers.lead:Lead",
        "random": "summarizers.chance:Chance",
        "lexrank": "summarizers.lexrank:LexRank",
        "lexrank-continuous": "summarizers.continuous:Continuous",
        "textrank": "summarizers.textrank:TextRank",
        "lsa": "summarizers.lsa:Lsa",
        "luhn": "summarizers.luhn:Luhn",
        "kl": "summarizers.kl:KL",
        "sumbasic": "summarizers.sumbasic:SumBasic",
        "reduction": "summarizers.reduction:Reduction",
        **{
            f"sumy:{method}": f"summarizers.sumy_adapter:Sumy {method}"
            for method in (
                "lexrank",
                "textrank",
                "lsa",
                "luhn",
                "kl",
                "sumbasic",
                "reduction",
                "edmundson",
            )
        },
    }
)


def names() -> tuple[str, ...]:
    """Return every name that `get` knows, ours first."""
    return tuple(_PLACES)


def get(name: str) -> "Summarizer":
    """Return the summarizer of a name; raise ValueError, listing the names, for another one."""
    place = _PLACES.get(name)
    if place is None:
        raise ValueError(f"no summarizer is called {name!r}; there are: {', '.join(names())}")
    path, _, argument = place.partition(" ")
    module, _, attribute = path.partition(":")
    make = getattr(import_module(module), attribute)
    made: Summarizer = make(argument) if argument else make()
    return made


def default(origins: int) -> str:
    """Return the name of the summarizer for a story with so many independent origins."""
    return "news" if origins <= 1 else "coverage"
