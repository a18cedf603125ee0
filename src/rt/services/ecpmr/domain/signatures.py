"""Signatures: whether an image may be kept, who may sign for whom, and how reliable a signature is."""

import base64
import binascii
import io
import re

from PIL import Image

from rt.contracts.ecpmr import CriterionView, Party, SignatureGiven
from rt.kernel.errors import Forbidden, Invalid

PNG_PREFIX = "data:image/png;base64,"
PNG_LIMIT_BYTES = 200_000
PNG_LIMIT_PIXELS = 4_000_000
KEPT_SIZE = (800, 400)
STROKES = re.compile(r"^M(?=[^MLQC]*[0-9])[MLQC0-9 ,.\-]*$")
STROKES_LIMIT = 60_000
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class SignatureUnreadable(Invalid):
    fr = "L'image de la signature n'est pas lisible (tracé SVG M, L, Q, C ou PNG)."
    en = "The signature image cannot be read (SVG path M, L, Q, C or PNG)."


class SignatureTooLarge(Invalid):
    fr = "L'image de la signature dépasse {limit_kb} ko."
    en = "The signature image is over {limit_kb} kB."


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


def criteria(
    signature: SignatureGiven, own_account: bool, code_checked: bool, intact: bool
) -> list[CriterionView]:
    """The four tests of C. civ. 1367 and eIDAS art. 26, judged by what was really checked."""
    proven = own_account or code_checked
    return [
        CriterionView(
            code="unique_link",
            met=bool(signature.name and (signature.image or code_checked)),
            fr="Liée au signataire de manière univoque : nom et tracé ou code personnel",
            en="Uniquely linked to the signatory: name with strokes or personal code",
        ),
        CriterionView(
            code="identify",
            met=proven,
            fr="Identifie le signataire : compte personnel ou code reçu à son adresse",
            en="Identifies the signatory: own account or code received at their address",
        ),
        CriterionView(
            code="sole_control",
            met=proven,
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


def allow(party: Party, actor_org: str, actor_kind: str, parties: dict[Party, set[str | None]]) -> None:
    """Each signs for itself; the carrier's device may also collect the others' strokes, a link may not."""
    collects = actor_kind != "link" and actor_org in parties["carrier"]
    if actor_org not in parties[party] and not collects:
        raise MayNotSign("signature.party", party=party)


def _check_strokes(image: str, field: str) -> None:
    if len(image) > STROKES_LIMIT:
        raise SignatureTooLarge(field, limit_kb=STROKES_LIMIT // 1000)
    numbers = NUMBER.findall(image)
    if not STROKES.match(image) or len(numbers) < 4 or len(numbers) % 2 or not _draws(image):
        raise SignatureUnreadable(field)


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
    kept = io.BytesIO()
    page.convert("L").save(kept, "PNG", optimize=True)
    return PNG_PREFIX + base64.b64encode(kept.getvalue()).decode()
