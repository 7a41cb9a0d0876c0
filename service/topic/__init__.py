"""What a brief is about, and how far an article is about it.

    profile      the topic as data: sides, entities with aliases, tracks, state media, look-alikes
    profilefile  a profile from its file, with every fault of it
    tomlplaces   the line on which a key or value of the file stands
    doubts       names that will be found where they are not meant
    commonwords  words, surnames and abbreviations that make poor names
    gazetteer    every name in a text with its offsets, in one pass
    relevance    a score as a sum of named parts, and the decision
    tracks       which field of the relationship an article belongs to
    outlets      which outlet is state media, and which names are one agency

Problem: "China and Russia" comes as 1,600 names in three scripts, with case forms, capitals that
matter ("china" the porcelain), names inside names (白俄罗斯 is Belarus, 发展中国家 a developing
country), and surnames that half a nation shares. Choice: a profile is one readable file, and one
Aho-Corasick automaton over all of it (ahocorasick-rs) finds the candidates, which the rules written
at the head of the file then accept or refuse. Rejected: regular expressions by language (slow, and
nobody edits them), a trained entity recogniser (a download, and no reason that can be shown), and
lemmatising Russian first (a dictionary of 20 MB to do what one star in an alias does).

Everything here is pure but `load`, which reads the profile.
"""

from service.topic.doubts import doubts
from service.topic.gazetteer import Mention, mentions
from service.topic.outlets import agency, state_media
from service.topic.profile import Profile
from service.topic.profilefile import load
from service.topic.relevance import relevance
from service.topic.tracks import tracks

__all__ = [
    "Mention",
    "Profile",
    "agency",
    "doubts",
    "load",
    "mentions",
    "relevance",
    "state_media",
    "tracks",
]
