"""Signatures: whether an image may be kept, who may sign for whom, and how reliable a signature is."""

import base64
import binascii
import io
import math
import re
from collections.abc import Sequence

from PIL import Image

from rt.contracts.ecpmr import AddressOrigin, CriterionView, Party, SignatureGiven
from rt.kernel.core.errors import Forbidden, Invalid
from rt.services.ecpmr.domain.records import Act, Who

PROVING: tuple[AddressOrigin, ...] = ("own", "order")
HAULIERS: tuple[Party, ...] = ("carrier", "successor")
PNG_PREFIX = "data:image/png;base64,"
PNG_LIMIT_BYTES = 200_000
PNG_LIMIT_PIXELS = 4_000_000
KEPT_SIZE = (800, 400)
STROKES = re.compile(r"^M(?=[^MLQC]*[0-9])[MLQC0-9 ,.\-]*$")
STROKES_LIMIT = 60_000
STROKES_SPAN, STROKES_FARTHEST = 8, 20_000
"""Units of a path: less than the one is a dot, more than the other no pad."""
INK_DARKNESS = 64
"""Levels of 255 by which ink is darker than the paper of its image."""
INK_SPAN, INK_MOST = 0.04, 0.5
"""Parts of the longer side that ink spans at least, and of the image that it covers at most."""
INK_LEAST_PIXELS = 20
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class SignatureUnreadable(Invalid):
    fr = "L'image de la signature n'est pas lisible (tracé SVG M, L, Q, C ou PNG)."
    en = "The signature image cannot be read (SVG path M, L, Q, C or PNG)."


class SignatureTooLarge(Invalid):
    fr = "L'image de la signature dépasse {limit_kb} ko."
    en = "The signature image is over {limit_kb} kB."


class SignatureBlank(Invalid):
    fr = "Aucun tracé ne se voit sur cette signature : signez de nouveau, ou écrivez le nom seul."
    en = "No strokes can be seen in this signature: sign again, or write the name alone."


class MayNotSign(Forbidden):
    fr = "Votre organisation ne peut pas signer à la place de cette partie ({party})."
    en = "Your organization cannot sign for this party ({party})."


def checked(signature: SignatureGiven, field: str) -> SignatureGiven:
    """The signature with its image cleaned, or an Invalid; a name alone is not passed off as strokes."""
    image = signature.image
    if image.startswith(PNG_PREFIX):
        image = _clean_png(image, f"{field}.image")
    elif image:
        _check_strokes(image, f"{field}.image")
    return SignatureGiven(
        party=signature.party,
        name=signature.name.strip() or signature.name,
        quality=signature.quality.strip(),
        method="typed" if signature.method == "glass" and not image else signature.method,
        image=image,
        latitude=signature.latitude,
        longitude=signature.longitude,
        device=signature.device,
    )


def bounds(strokes: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of an SVG path of absolute coordinates."""
    numbers = [float(number) for number in NUMBER.findall(strokes)]
    across, down = numbers[0::2], numbers[1::2]
    return min(across), min(down), max(max(across) - min(across), 1), max(max(down) - min(down), 1)


def criteria(signature: SignatureGiven, act: Act, intact: bool) -> list[CriterionView]:
    """The four tests of C. civ. 1367 and eIDAS art. 26, judged by what was really checked.

    A code proves who signs only where its address was not just typed by who wanted the signature.
    """
    by_code = act.link is not None and act.link.origin in PROVING
    known = proven(act, signature.party)
    return [
        CriterionView(
            code="unique_link",
            met=bool(signature.name and (signature.image or by_code)),
            fr="Liée au signataire de manière univoque : nom et tracé, ou code reçu à son adresse",
            en="Uniquely linked to the signatory: name with strokes, or code received at their address",
        ),
        CriterionView(
            code="identify",
            met=known,
            fr="Identifie le signataire : compte de cette partie ou code reçu à son adresse",
            en="Identifies the signatory: account of this party or code received at its address",
        ),
        CriterionView(
            code="sole_control",
            met=known,
            fr="Sous son contrôle exclusif : son compte ou son lien, non l'appareil d'un tiers",
            en="Under their sole control: own account or link, not another's device",
        ),
        CriterionView(
            code="tamper_evident",
            met=intact,
            fr="Toute modification ultérieure est détectable : chaîne d'empreintes vérifiée",
            en="Any later change is detectable: hash chain verified",
        ),
    ]


def proven(act: Act, party: Party) -> bool:
    """Whether an act identifies who signed for a party."""
    return act.link.origin in PROVING if act.link else party in act.own


def allow(
    party: Party, actor_org: str, parties: dict[Party, set[str | None]], collectors: set[str | None]
) -> None:
    """Each signs for itself; the carriers' devices may also collect the others' strokes."""
    if actor_org not in parties[party] | collectors:
        raise MayNotSign("signature.party", party=party)


def own_account(who: Who, given: Sequence[Party], parties: dict[Party, set[str | None]]) -> list[Party]:
    """For which of the parties that sign the account is their own: one person, one signature.

    A driver's account is the carrier's own; on it everybody else's strokes are collected, whoever employs it.
    """
    if who.kind != "user":
        return []
    theirs = [party for party in given if who.org_id in parties[party]]
    for party in HAULIERS:
        if party in theirs:
            return [party]
    return [] if who.drives else theirs[:1]


def _check_strokes(image: str, field: str) -> None:
    if len(image) > STROKES_LIMIT:
        raise SignatureTooLarge(field, limit_kb=STROKES_LIMIT // 1000)
    numbers = NUMBER.findall(image)
    if not STROKES.match(image) or len(numbers) < 4 or len(numbers) % 2 or not _draws(image):
        raise SignatureUnreadable(field)
    if any(abs(float(number)) > STROKES_FARTHEST for number in numbers):
        raise SignatureUnreadable(field)
    if min(max(_spans(image)), _length(image)) < STROKES_SPAN:
        raise SignatureBlank(field)


def _spans(strokes: str) -> tuple[float, float]:
    """How wide and how high the strokes reach; a pen moved without a mark reaches nowhere."""
    points = [numbers for numbers in _inked(strokes) if numbers]
    across, down = [n for one in points for n in one[0::2]], [n for one in points for n in one[1::2]]
    return max(across) - min(across), max(down) - min(down)


def _length(strokes: str) -> float:
    """How far the pen went on the paper, over the points that lead its curves."""
    return sum(
        math.dist(line[place : place + 2], line[place + 2 : place + 4])
        for line in _inked(strokes)
        for place in range(0, len(line) - 2, 2)
    )


def _inked(strokes: str) -> list[list[float]]:
    """The points of each line and curve, with the point that it begins at."""
    lines: list[list[float]] = []
    at: list[float] = []
    for command, rest in re.findall(r"([MLQC])([^MLQC]*)", strokes):
        points = [float(number) for number in NUMBER.findall(rest)]
        if command != "M" or len(points) > 2:
            lines.append([*at, *points])
        at = points[-2:]
    return lines


def _draws(image: str) -> bool:
    """A path that only moves the pen leaves no mark; odd counts would not be points."""
    need = {"M": 2, "L": 2, "Q": 4, "C": 6}
    steps = re.findall(r"([MLQC])([^MLQC]*)", image)
    marks = [command for command, _ in steps if command != "M"]
    return bool(marks) and all(
        len(NUMBER.findall(rest)) % need[command] == 0
        and re.fullmatch(r"[ ,]*(?:-?\d+(?:\.\d+)?(?:[ ,]+|(?=-)|$))+", rest)
        for command, rest in steps
    )


def _shows_strokes(drawn: Image.Image) -> bool:
    """Whether there is ink on paper: darker than most of the image, spread, and not all over it."""
    counts = drawn.histogram()
    paper = max(range(256), key=lambda level: sum(counts[max(level - 8, 0) : level + 9]))
    ink = drawn.point([255 if level <= paper - INK_DARKNESS else 0 for level in range(256)])
    box = ink.getbbox()
    inked = ink.histogram()[255]
    if box is None or inked < INK_LEAST_PIXELS or inked > INK_MOST * drawn.width * drawn.height:
        return False
    return max(box[2] - box[0], box[3] - box[1]) >= INK_SPAN * max(drawn.size)


def _clean_png(image: str, field: str) -> str:
    """The strokes as a small grey PNG without anything that the device put beside them."""
    encoded = image.removeprefix(PNG_PREFIX)
    if len(encoded) > PNG_LIMIT_BYTES * 4 // 3 + 4:
        raise SignatureTooLarge(field, limit_kb=PNG_LIMIT_BYTES // 1000)
    try:
        content = base64.b64decode(encoded, validate=True)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
            if opened.width * opened.height > PNG_LIMIT_PIXELS:
                raise SignatureUnreadable(field)
            picture = opened.convert("RGBA")
    except (binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise SignatureUnreadable(field) from error
    page = Image.new("RGBA", picture.size, "white")
    page.alpha_composite(picture)
    page.thumbnail(KEPT_SIZE)
    drawn = page.convert("L")
    if not _shows_strokes(drawn):
        raise SignatureBlank(field)
    kept = io.BytesIO()
    drawn.save(kept, "PNG", optimize=True)
    return PNG_PREFIX + base64.b64encode(kept.getvalue()).decode()
