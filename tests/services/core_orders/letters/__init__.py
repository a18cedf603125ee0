"""Letters as houses write them, with what they say: half to tune the reading on, half set aside.

When the rules stood (2026-11-29) and met the half that was set aside for the first time: 22 letters,
290 fields, 81.7 % right, 15.9 % doubtful (called a guess, or left out), 2.4 % wrong; of 159 called high
all were right. All 43 letters were written by whoever wrote the rules: how other houses write, they do
not show.
"""

from typing import NamedTuple


class Sample(NamedTuple):
    """A letter and what it says, in short keys: "0.cp", "1.day", "kg", "req" (see score.py)."""

    text: str
    says: dict[str, str]
    orders: int = 1
