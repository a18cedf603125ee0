"""How a thing is found by any fragment: every suffix of every word is kept, so a prefix query finds it."""

import unicodedata
from collections.abc import Iterable

WORD_LIMIT = 40
"""Letters of one word that are indexed; references are no longer than that."""
SHORTEST = 2
"""Letters of the shortest suffix kept."""
WORDS_LIMIT = 60
"""Words of one thing that are indexed: an order of twenty stops stays under 1,000 index keys."""


def words(text: str) -> list[str]:
    """The words of a text in capitals, without accents and punctuation: "Saint-Étienne" is SAINTETIENNE."""
    plain = unicodedata.normalize("NFKD", text).upper()
    kept = ("".join(letter for letter in word if letter.isalnum()) for word in plain.split())
    return [word[:WORD_LIMIT] for word in kept if word]


def fragments(texts: Iterable[str]) -> list[str]:
    """Every suffix, two letters at least, of every word; sorted, each once."""
    found = dict.fromkeys(word for text in texts for word in words(text))
    suffixes: set[str] = set()
    for word in list(found)[:WORDS_LIMIT]:
        suffixes.update(word[start:] for start in range(max(1, len(word) - SHORTEST + 1)))
    return sorted(suffixes)
