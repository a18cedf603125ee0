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
    """Every suffix, two letters at least, of every word; sorted, each once.

    What has figures in it may be a reference or a plate: it is found as one word too, since "PO 4711/26" is
    typed as PO-4711-26 by the next one.
    """
    said = [words(text) for text in texts]
    found = dict.fromkeys(word for one in said for word in one)
    found |= dict.fromkeys(joined for one in said if len(one) > 1 and _figures(joined := "".join(one)))
    suffixes: set[str] = set()
    for word in list(found)[:WORDS_LIMIT]:
        suffixes.update(word[start:] for start in range(max(1, len(word) - SHORTEST + 1)))
    return sorted(suffixes)


def _figures(joined: str) -> bool:
    """Whether a text could be a reference: short, with a figure in it."""
    return len(joined) <= WORD_LIMIT and any("0" <= letter <= "9" for letter in joined)
