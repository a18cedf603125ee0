"""One amount shared out by weight, to the cent."""

from collections.abc import Mapping


def shared(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Parts in proportion to the weights that add up to the amount; the largest remainders get the odd cents.

    Without any weight all get the same.
    """
    total = sum(weights.values())
    if not weights:
        return {}
    if total == 0:
        weights, total = dict.fromkeys(weights, 1), len(weights)
    parts = {name: amount * weight // total for name, weight in weights.items()}
    rests = sorted(weights, key=lambda name: (-(amount * weights[name] % total), name))
    for name in rests[: amount - sum(parts.values())]:
        parts[name] += 1
    return parts
