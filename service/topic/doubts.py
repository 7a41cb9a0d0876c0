"""Names of a profile that will be found where they are not meant, and how to write them better.

A doubt is no fault: the profile works, and the desk may know that no source of its own uses the
word otherwise. Names under `short` are not doubted, since that is the cure; nor are the words of
tracks, which are common words by their nature, and names of several words.
"""

from service.topic.commonwords import ABBREVIATIONS, SURNAMES, WORDS
from service.topic.profile import Alias, Entity, Profile
from service.topic.tomlplaces import Places
from summarizers.stopwords import STOP_WORDS

#: A star behind fewer letters takes in too many other words; with a capital before them, fewer do.
_STEM = 4


def doubts(profile: Profile, source: str, *, where: str) -> tuple[str, ...]:
    """Return one line for each doubtful name, in the order of the file.

    source: the TOML text that the profile was read from; where: what the file is called.
    """
    places = Places(source.replace("\r\n", "\n"))
    found = []
    for number, entity in enumerate(profile.entities, 1):
        for alias in entity.aliases:
            told = None if alias.short else _doubt(alias, entity)
            if told:
                line = places.line("entity", number, alias.language, alias.form)
                at = f", line {line}" if line else ""
                place = f'entity "{entity.id}", {alias.language}'
                found.append(f'topic {where}{at}: {place}: "{alias.form}" {told}')
    return tuple(found)


def _doubt(alias: Alias, entity: Entity) -> str | None:
    """Return what is doubtful about a name, what will happen, and a better way; None if nothing."""
    form, language = alias.form, alias.language
    stem, star, _ = form.partition("*")
    if len(form.split()) > 1 or (not star and "-" in form):
        return None
    plain = stem.casefold().replace("ё", "е")
    capital = "with a capital" if stem[:1].isupper() else "in any article"
    if form in ABBREVIATIONS:
        return (
            f"stands for much ({ABBREVIATIONS[form]}), and each counts as {entity.name}: "
            + _cure(alias, entity)
        )
    if star and language != "zh" and len(stem) < _STEM and not stem.isupper():
        return (
            f"ends in a star after {len(stem)} letters: every word that begins so counts as "
            f"{entity.name}; give more letters, or list the forms"
        )
    # Capitals throughout are looked for as they stand: "US" is not the pronoun.
    if star or (len(form) > 1 and form.isupper() and language != "zh"):
        return None
    if plain in STOP_WORDS[language] or plain in WORDS[language]:
        if language == "zh":
            return (
                f"is a common word: wherever it stands it counts as {entity.name}, inside longer "
                "words too: " + _cure(alias, entity)
            )
        return (
            f"is a common word: it counts as {entity.name} wherever it stands {capital}, at the "
            "beginning of a sentence or in another name: " + _cure(alias, entity)
        )
    if plain in SURNAMES[language]:
        return f"is the name of many: everybody called so counts as {entity.name}: " + _cure(
            alias, entity
        )
    return None


def _cure(alias: Alias, entity: Entity) -> str:
    others = [
        other.form
        for other in entity.aliases
        if other.language == alias.language and not other.short and other.form != alias.form
    ]
    full = next((form for form in others if " " in form), max(others, key=len) if others else None)
    if full and not alias.form.islower():
        short = f'short = {{{alias.language} = ["{alias.form}"]}}'
        return f'write {short}, where it counts only in a text that has "{full}", too'
    return f'write a full name (here, perhaps, "{entity.name}"), and this under short or not at all'
