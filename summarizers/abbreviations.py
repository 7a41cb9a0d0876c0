"""Abbreviations that end in a full stop, and words that begin sentences: English and Russian.

Source: compiled for this project from what sentencex parted wrongly on English news and Russian
official reports; states and ranks after the usual newspaper forms.
"""

_TITLES = """
mr mrs ms dr prof gen sen rep gov lt col sgt capt cpl maj adm cmdr brig det supt insp rev hon pres
amb st mt ft messrs mme mlle vs no nos art fig vol pp approx ca jan feb mar apr jun jul aug sep sept
oct nov dec mon tue tues wed thu thurs fri sat sun
г гг в вв ул пр пл д корп кв стр рис табл см ср им проф акад доц ген полк подп кап адм тов гр св о
оз р т е к н и п
"""
_MAYBE = """
u.s u.k u.n e.u d.c u.s.s.r u.a.e inc corp co ltd llc jr sr bros dept univ assn a.m p.m am pm etc al
est b.c a.d ph.d m.d calif fla ga ill mass mich minn ariz conn wash ore pa va tenn tex okla wis
"""
_OPENERS = """
the a an in on at by for from to of and but or so if when while as after before since though
although he she it they we i you his her its their our my this that these those there here what who
how why where which however meanwhile no not one two some many most all both another such with
without under over about during despite
"""

#: Never the end of a sentence when a name or a number follows.
TITLES = frozenset(_TITLES.split())
#: Not the end of a sentence unless a word follows that begins sentences.
MAYBE = frozenset(_MAYBE.split())
#: Words that begin sentences, and are not parts of names.
OPENERS = frozenset(_OPENERS.split())
