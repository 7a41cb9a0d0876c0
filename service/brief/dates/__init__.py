"""Dates as news writes them: what a sentence says, language by language, before any calendar.

    mention     what one expression says: a day, a month, a weekday, days from now; its tense
    english     which expressions date an event, and which only look as if they did
    chinese     the same
    russian     the same
    resolve     from what was said and the day of publication to days of the calendar

Problem: most dates in news do not date the event of their sentence: deadlines, documents ("the
treaty of 2001"), history, habits, datelines, plans that fell through. A date that is printed in a
timeline and wrong is worse than none. Choice: expressions by pattern, with rules for what stands
before and after each, and abstention as the ordinary outcome; the verb next to the expression says
whether "on Thursday" is the last one or the next. Rejected: dateparser's `search_dates`, which
finds dates in ordinary words, gives no reliable offsets, always resolves, and reads about
20 kB/s; a tagger of temporal expressions, which needs a model.
"""
