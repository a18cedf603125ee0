"""Open to anyone with the address: follow one delivery, verify one consignment note."""

import re
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from rt.contracts.ecpmr import VerificationView, VerifyDocument
from rt.contracts.tracking_ia import FollowOrder, FollowView
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page, render
from rt.ui.visit import Visit, page

GONE = (404, 422)
HASH = re.compile(r"[0-9a-f]{64}")
LONG_SILENCE = timedelta(minutes=30)


class FollowPage(Page):
    """Where one delivery is and when it comes; what is not known is said to be so."""

    template = "follow.html"
    here: str
    follow: FollowView
    at: int
    """The step that the order is in."""
    points: list[dict[str, Any]]
    silent: bool


class VerifyPage(Page):
    """Whether the note behind a printed code is whole, in big plain words."""

    template = "verify.html"
    verified: VerificationView
    here: str
    hash: str
    hash_wrong: bool
    signed: bool


class NothingHerePage(Page):
    """An address that shows nothing, or nothing any more."""

    template = "nothing_here.html"
    sentence: str


async def follow(visit: Visit) -> Page | Response:
    share_id = visit.path["share_id"]
    try:
        seen = await visit.ask(FollowOrder(share_id=share_id))
    except Refusal as refusal:
        if refusal.status not in GONE:
            raise
        return nothing(
            visit, _("Ce suivi est terminé ou n'existe pas. Demandez un nouveau lien à l'expéditeur.")
        )
    phases = [step.phase for step in seen.steps]
    at = phases.index(seen.phase) if seen.phase in phases else 0
    known = seen.latitude is not None and seen.longitude is not None
    points = [
        {
            "lat": seen.latitude,
            "lon": seen.longitude,
            "label": _("Camion, à 1 km près"),
            "tone": "idle" if seen.old else "note",
            "href": "",
            "glyph": "",
        }
    ]
    silent = seen.fix_at is None or seen.old or now() - seen.fix_at > LONG_SILENCE
    return FollowPage(
        title=_("Livraison %(ref)s") % {"ref": seen.reference},
        here=f"/follow/{share_id}",
        follow=seen,
        at=len(phases) if seen.phase == "delivered" else at,
        points=points if known else [],
        silent=seen.phase in ("loading", "in_transit") and seen.arrived_at is None and silent,
    )


async def verify(visit: Visit) -> Page | Response:
    verification_id = visit.path["verification_id"]
    typed = visit.query.get("hash", "").strip().lower()
    good = HASH.fullmatch(typed) is not None
    try:
        message = VerifyDocument(verification_id=verification_id, hash=typed if good else "")
        verified = await visit.ask(message)
    except Refusal as refusal:
        if refusal.status not in GONE:
            raise
        return nothing(
            visit, _("Aucune lettre de voiture ne porte ce code. Méfiez-vous du papier qui le montre.")
        )
    return VerifyPage(
        title=_("Vérification de la lettre de voiture %(number)s") % {"number": verified.number},
        verified=verified,
        here=f"/v/{verification_id}",
        hash=typed,
        hash_wrong=bool(typed) and not good,
        signed=any(one.signed_by for one in verified.versions),
    )


def nothing(visit: Visit, sentence: str) -> Response:
    return render(NothingHerePage(title=_("Rien à cette adresse"), sentence=sentence), visit.request, 404)


PAGES = [
    page("/follow/{share_id}", follow, anyone=True, methods=("GET",)),
    page("/v/{verification_id}", verify, anyone=True, methods=("GET",)),
]
