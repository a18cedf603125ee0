"""Number plates: written with dashes or without, they are the same."""


def plain_plate(plate: str) -> str:
    """A number plate as it is compared: letters and digits alone."""
    return "".join(sign for sign in plate.upper() if sign.isalnum())
