"""Which field of the relationship an article belongs to: energy, trade, the military, …

One story, one place: the track whose words weigh most. A word in the title counts three times and
one in the lead twice, since an article names its matter there and its background below. The weights
of tracks are in the profile. What no track's words are found in belongs to none.
"""

from collections import defaultdict
from math import fsum

from service.topic.gazetteer import hits
from service.topic.profile import Profile

_TITLE = 3.0
_LEAD = 2.0
#: The lead, in code points, of the title and text together.
_LEAD_LENGTH = 600


def tracks(title: str, text: str, profile: Profile) -> tuple[tuple[str, float], ...]:
    """Return (id, share) of the tracks found, the largest share first; shares sum to 1."""
    weights = {track.id: track.weight for track in profile.tracks}
    order = {track.id: number for number, track in enumerate(profile.tracks)}
    by_kind = {kind: track.id for track in reversed(profile.tracks) for kind in track.kinds}
    found: defaultdict[str, float] = defaultdict(float)
    for start, _, target in hits(f"{title}\n{text}", profile):
        id_ = target.id if target.role == "track" else by_kind.get(target.kind)
        if id_ is not None and weights[id_] > 0:
            place = _TITLE if start < len(title) else _LEAD if start < _LEAD_LENGTH else 1.0
            found[id_] += place * weights[id_]
    whole = fsum(found.values())
    shares = [(id_, value / whole) for id_, value in found.items()]
    return tuple(sorted(shares, key=lambda share: (-share[1], order[share[0]])))
