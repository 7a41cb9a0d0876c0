"""Words of English attributions: what names an office, and what is no name.

Source: compiled for this project from the attributions of English news.
"""

_TITLES = """
president premier chancellor minister secretary chairman chairwoman chair chairperson speaker
ambassador spokesman spokeswoman spokesperson envoy representative director head chief governor
mayor senator sen rep congressman congresswoman general admiral colonel major captain commander
marshal professor prof dr mr mrs ms sir lord lady king queen prince pope patriarch analyst expert
economist researcher fellow lawyer attorney judge justice adviser advisor aide official officer
diplomat deputy leader ceo executive founder editor journalist author historian scholar scientist
strategist trader farmer engineer manager owner vice-president lieutenant lt gen col capt gov
commissioner counsel counselor coordinator correspondent activist lawmaker candidate negotiator
delegate consul undersecretary co-founder partner specialist dean rector academician worker pm fm
mp foreign-minister resident pastor bishop doctor nurse teacher student sheriff sergeant sgt rabbi
imam reverend rev curator conductor coach driver fisherman shopkeeper architect designer producer
filmmaker writer poet musician artist chemist physicist biologist geologist sociologist veteran
skipper foreman supervisor superintendent technician merchant businessman businesswoman entrepreneur
investor villager banker broker consultant treasurer librarian archivist translator interpreter
columnist commentator reporter organiser organizer volunteer principal provost minister-counsellor
administrator prosecutor inspector ombudsman commandant secretary-general director-general
"""
_OFFICES = """
foreign prime deputy vice ministry defence defense finance interior trade energy press chief
senior top former state security permanent special presidential national first executive acting
party government affairs relations media parliamentary regional provincial city assistant under
general naval military central bank
"""
_NO_NAMES = """
the a an this that these those he she it they we i you who which one another both some many but
and or if when while as after before in on at by for from with monday tuesday wednesday thursday
friday saturday sunday january february march april may june july august september october
november december beijing moscow china russia washington ukraine kyiv kiev america europe taiwan
india iran japan germany france britain chinese russian american western ukrainian european
reuters xinhua tass cnn afp bbc however meanwhile later earlier still then also officials sources
analysts experts critics others asked not what why how yes no there here her his their its our my
your so today yesterday according photo file read watch related democrats republicans nato eu un
us u.s uk police israel syria korea africa asia brazil australia canada mexico turkey poland london
paris
"""
_NO_OFFICES = """
who whose speaking in on at during after before while when as with from by for citing writing
referring asked joined flanked standing talking responding and but or like including along
"""
_INSTITUTIONS = """
ministry commission embassy government council agency union department party committee
administration bureau consulate association institute foundation office service region university
fund court bank company corporation railways railway group affairs federation republic territory
province oblast krai forum organisation organization assembly academy army navy fleet force forces
staff authority centre center board chamber society alliance policy security trade energy commerce
defence defense development relations studies sciences science research technology industry
transport agriculture health education culture finance economy economics management operations
programme program project museum theatre theater library school college hospital station airport
airlines district zone kingdom states emirates nations islands peninsula coast division
directorate inspectorate duma parliament congress senate shipping lines line corps resources
environment intelligence justice interior tourism sports customs state city county municipality
"""

#: Words that end the name of an institution, a field or a place, and no person's.
INSTITUTIONS = frozenset(_INSTITUTIONS.split())
#: Words between an office and what it is an office of.
CONNECTORS = frozenset(("of", "to", "for", "at"))
#: Words that end an office, before the name.
TITLES = frozenset(_TITLES.split())
#: Words that may stand in an office before its last word.
OFFICES = frozenset(_OFFICES.split())
#: Words with a capital that are no name of a speaker.
NO_NAMES = frozenset(_NO_NAMES.split())
#: An apposition that begins so tells of circumstances, not of an office.
NO_OFFICES = frozenset(_NO_OFFICES.split())
