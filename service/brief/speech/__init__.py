"""Who said it: patterns of attribution, language by language.

    attribution  what a pattern finds: the speaker, the office beside the name, or a pronoun
    english      “…,” he said · X said: “…” · X told Y that “…” · according to X, “…”
    chinese      X表示：“…” · “…”，X说
    russian      «…», — заявил X · X заявил: «…» · «…, — сказал X, — …» · — …, — сказал X.

Problem: a quotation under a wrong name is the worst error a brief can make, and most pairs of
quotation marks hold no speech: titles, slogans, names of projects, scare quotes. Choice: one counts
only where a verb of saying, a named speaker and the marks stand in one of a few fixed
orders; a part of a sentence must have some length. Everything else is left out. Rejected: a
dependency parser (models, downloads), and attributing each quotation to the nearest name (three in
four are right, and nobody can tell which).

Problem: offices are an open set, and an office ends where the name begins with no mark between.
Choice: each language has words that end an office (минист…, 长, director); what stands before them
goes with the office, and what behind them must look like a name and like no institution: "Governor
of the Amur Region" names nobody, "Governor of Sakhalin Oleg Shin" somebody. Where place and name
cannot be told apart, the quotation is left out. Rejected: a list of whole offices, which found a
third of those that news prints.
"""
