"""Those without an account: sign by link with reserves that hold, verify, follow; reading changes nothing."""

import gzip
import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from msgspec import structs
from PIL import Image
from tests.portals.delivery import LYON, STROKES
from tests.portals.recipient.world import MORNING, Browser, World

from rt.contracts.ecpmr import ReserveGiven, ReserveView
from rt.contracts.tracking_ia import ShareOrder
from rt.kernel.core.clock import ZONE, held
from rt.kernel.core.tenancy import acting_for
from rt.portals.recipient.pages.by_link import done_page
from rt.services.tracking_ia.domain.stops import Correction, WatchedStop
from rt.services.tracking_ia.domain.watch import Watch
from rt.ui.portal import STATIC

LIGHT = 100_000
"""Bytes that a public page may weigh with all that it loads, as sent."""


def picture() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (64, 48), "#c33").save(kept, "JPEG")
    return kept.getvalue()


async def delivery_link(world: World) -> str:
    note = await world.taken_over()
    return f"/l/{await world.sent_link(note, 'consignee')}/sign/{note.document_id}"


async def test_reading_the_page_of_a_link_signs_nothing_and_sends_no_code(browser: Browser) -> None:
    here = await delivery_link(browser.world)
    before = await browser.world.note()
    for _ in range(3):
        assert (await browser.web.get(here)).status_code == 200
    assert await browser.world.note() == before


async def test_a_receipt_is_signed_with_a_code_and_its_copy_is_there_at_once(browser: Browser) -> None:
    here = await delivery_link(browser.world)
    asked = await browser.fill(here, do="code", name="Paul Morel", returned="10")
    domain = browser.world.consignee.email.partition("@")[2]
    assert f"Code envoyé à q…@{domain}" in asked.text
    assert 'value="Paul Morel"' in asked.text
    code = await browser.world.code()
    done = await browser.fill(
        here, do="sign", name="Paul Morel", ink=STROKES, code=code, delivered="24", returned="10"
    )
    assert done.status_code == 303, done.text
    page = (await browser.web.get(here)).text
    assert "C&#39;est signé" in page
    assert "Paul Morel" in page
    assert "Signer la réception" not in page
    pdf = await browser.web.get(f"{here}/paper.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    note = await browser.world.note()
    (signature,) = [one for one in note.signatures if one.step == "delivery"]
    assert (signature.method, note.state) == ("link_code", "delivered")
    assert (note.pallets_delivery[0].delivered, note.pallets_delivery[0].returned) == (24, 10)


async def test_a_vague_reserve_is_held_until_it_is_made_precise_or_kept_on_purpose(browser: Browser) -> None:
    here = await delivery_link(browser.world)
    await browser.fill(here, do="code")
    filled: dict[str, Any] = {"do": "sign", "name": "Paul Morel", "code": await browser.world.code()}
    held_back = await browser.fill(here, **filled, **{"text.1": "sous réserve de déballage"})
    assert held_back.status_code == 200
    assert "Cette réserve risque de ne pas tenir" in held_back.text
    assert "sous réserve de déballage" in held_back.text
    assert (await browser.world.note()).state == "in_transport"
    kept = await browser.fill(here, **filled, anyway="on", **{"text.1": "sous réserve de déballage"})
    assert kept.status_code == 303, kept.text
    assert (await browser.world.note()).reserves_made[0].text == "sous réserve de déballage"


async def test_a_precise_reserve_goes_with_its_photo_and_its_last_day_is_told(
    browser: Browser,
) -> None:
    here = await delivery_link(browser.world)
    photo = {"photos.2": ("palette.jpg", picture(), "image/jpeg")}
    reserve = {"text.2": "3 cartons écrasés sur la palette 2, beurre fondu", "damaged.2": "3"}
    asked = await browser.fill(here, files=photo, do="code", **reserve)
    assert "1 photo gardée" in asked.text
    (kept,) = re.findall(r'name="photo\.2" value="([^"]+)"', asked.text)
    done = await browser.fill(
        here, do="sign", name="Paul", code=await browser.world.code(), **reserve, **{"photo.2": kept}
    )
    assert done.status_code == 303, done.text
    (reserved,) = (await browser.world.note()).reserves_made
    assert (reserved.line, reserved.damaged_quantity, reserved.photo_ids) == (2, 3, [kept])
    page = (await browser.web.get(here)).text
    assert "confirmez-les avant le 5 juin 2026" in page


async def test_the_last_day_follows_the_holidays_and_the_clock_of_the_place(world: World) -> None:
    note = await world.note()
    reserve = ReserveView(step="delivery", by_party="consignee", happened_at=MORNING, text="2 cartons percés")

    def last_day(postal_code: str, delivered_at: datetime) -> date | None:
        address = structs.replace(LYON.address, postal_code=postal_code)
        site = structs.replace(LYON, address=address)
        consignment = structs.replace(note.consignment, delivery=site)
        signed = structs.replace(
            note, consignment=consignment, delivered_at=delivered_at, reserves_made=[reserve]
        )
        return done_page(signed, "delivery", "consignee", "").confirm_by

    # Good Friday, 3 April 2026, is a holiday in Strasbourg, and Easter Monday everywhere.
    thursday = datetime(2026, 4, 2, 10, tzinfo=UTC)
    assert (last_day("69200", thursday), last_day("67000", thursday)) == (date(2026, 4, 5), date(2026, 4, 7))
    evening = datetime(2026, 6, 2, 20, 30, tzinfo=UTC)
    assert (last_day("69200", evening), last_day("97400", evening)) == (date(2026, 6, 5), date(2026, 6, 6))


async def test_a_code_is_good_once_and_says_so_the_second_time(browser: Browser) -> None:
    note = await browser.world.note()
    here = f"/l/{await browser.world.sent_link(note, 'sender')}/takeover/{note.document_id}"
    await browser.fill(here, do="code")
    code = await browser.world.code()
    filled = {"do": "sign", "name": "Zoé Marchand", "code": code}
    page = await browser.web.get(here)
    assert (await browser.fill(here, **filled)).status_code == 303
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    again = await browser.web.post(here, data=kept | filled)
    assert "Zoé Marchand" in again.text
    assert again.status_code == 200
    assert len((await browser.world.note()).signatures) == 1


async def test_a_wrong_code_says_how_many_tries_are_left_beside_its_field(browser: Browser) -> None:
    here = await delivery_link(browser.world)
    await browser.fill(here, do="code")
    right = await browser.world.code()
    wrong = "000000" if right != "000000" else "111111"
    answer = await browser.fill(here, do="sign", name="Paul", code=wrong)
    assert "il reste 4 essais" in answer.text
    assert "Paul" in answer.text
    short = await browser.fill(here, do="sign", name="Paul", code="12")
    assert "six chiffres" in short.text
    missing = await browser.fill(here, do="sign", name="", code="")
    assert "Écrivez votre nom." in missing.text
    assert "Demandez d&#39;abord un code" in missing.text


async def test_the_carrier_collects_by_its_own_link_with_pallets_and_reserves(browser: Browser) -> None:
    note = await browser.world.note()
    here = f"/l/{await browser.world.sent_link(note, 'carrier')}/takeover/{note.document_id}"
    page = (await browser.web.get(here)).text
    assert "Noter une réserve" in page
    assert "Palettes échangées" in page
    sender = await browser.world.sent_link(note, "sender")
    theirs = (await browser.web.get(f"/l/{sender}/takeover/{note.document_id}")).text
    assert "Noter une réserve" not in theirs


async def test_an_address_typed_at_the_dock_is_said_to_the_signer_and_to_whoever_verifies(
    browser: Browser,
) -> None:
    note = await browser.world.taken_over()
    token = await browser.world.sent_link(
        note, "consignee", browser.world.carrier, "chef-de-quai@webmail.example"
    )
    here = f"/l/{token}/sign/{note.document_id}"
    await browser.fill(here, do="code")
    filled: dict[str, Any] = {"do": "sign", "name": "Paul Morel", "code": await browser.world.code()}
    assert (await browser.fill(here, **filled)).status_code == 303
    verified = f"/v/{note.verification_id}"
    for page in ((await browser.web.get(here)).text, (await browser.web.get(verified)).text):
        assert "à la demande de Transports Mabille (Transporteur)" in page
        assert "saisie par le demandeur, sans confirmation" in page
    emitted = (await browser.web.get(verified)).text
    assert "1 critère sur 4" in emitted
    assert "Paul Morel" not in emitted
    assert "webmail.example" not in emitted
    assert "at the request of Transports Mabille" in (await browser.web.get(f"{verified}?lang=en")).text


async def test_unusual_pallets_are_signed_when_they_are_confirmed(browser: Browser) -> None:
    here = await delivery_link(browser.world)
    await browser.fill(here, do="code")
    filled: dict[str, Any] = {"do": "sign", "name": "Paul Morel", "code": await browser.world.code()}
    held_back = await browser.fill(here, **filled, delivered="400")
    assert "400 palettes pour 24 sur la lettre de voiture" in held_back.text
    assert "pallets_confirmed" in held_back.text
    assert "pallets_confirmed" not in (await browser.web.get(here)).text
    done = await browser.fill(here, **filled, delivered="400", pallets_confirmed="on")
    assert done.status_code == 303, done.text
    assert (await browser.world.note()).pallets_delivery[0].delivered == 400


async def test_who_signs_after_a_reserve_reads_it_first(browser: Browser) -> None:
    note = await browser.world.taken_over([ReserveGiven(text="2 cartons ouverts", line=1)])
    here = f"/l/{await browser.world.sent_link(note, 'sender')}/takeover/{note.document_id}"
    assert "Réserve déjà notée : 2 cartons ouverts" in (await browser.web.get(here)).text
    await browser.fill(here, do="code")
    filled: dict[str, Any] = {"do": "sign", "name": "Zoé Marchand", "code": await browser.world.code()}
    unread = await browser.fill(here, **filled, countersigns="")
    assert "Relisez-les avant de signer" in unread.text
    assert (await browser.fill(here, **filled)).status_code == 303


async def test_a_link_for_another_note_or_a_broken_one_ends_in_plain_words(browser: Browser) -> None:
    note = await browser.world.taken_over()
    other = browser.world.link("sign_delivery", "cmr_other")
    for token in (other, "broken", browser.world.link("follow_order", note.document_id)):
        answer = await browser.web.get(f"/l/{token}/sign/{note.document_id}")
        assert answer.status_code in (401, 403)
        assert "Ce lien n&#39;est plus valable" in answer.text
        assert "Connexion" not in answer.text


async def test_anyone_verifies_a_note_in_plain_words_and_sees_no_name_of_a_person(browser: Browser) -> None:
    note = await browser.world.taken_over()
    here = f"/v/{note.verification_id}"
    page = (await browser.web.get(here)).text
    assert "Authentique" in page
    assert note.content_hash in page
    assert "Lucie Martin" not in page
    assert "Authentique et en vigueur" in (await browser.web.get(f"{here}?hash={note.content_hash}")).text
    assert "Ce papier n&#39;est pas ce document" in (await browser.web.get(f"{here}?hash={'0' * 64}")).text
    assert "pas une empreinte entière" in (await browser.web.get(f"{here}?hash=12")).text
    unknown = await browser.web.get("/v/nobody-knows-this")
    assert unknown.status_code == 404
    assert "Aucune lettre de voiture" in unknown.text
    assert "Genuine" in (await browser.web.get(f"{here}?lang=en")).text


async def test_a_delivery_is_followed_without_account_and_silence_is_said(browser: Browser) -> None:
    await browser.world.taken_over()
    share = await browser.world.say(browser.world.shipper, ShareOrder(order_id=browser.world.order_id))
    assert share.url == f"/follow/{share.share_id}"
    page = (await browser.web.get(share.url)).text
    assert "CMD-7741" in page
    assert "Le camion ne transmet pas sa position" in page
    assert "Lucie Martin" not in page
    assert "48517" not in page
    with held(MORNING + timedelta(days=400)):
        gone = await browser.web.get(share.url)
    assert gone.status_code == 404
    assert "Ce suivi est terminé" in gone.text
    assert '<html lang="en">' in (await browser.web.get(f"{share.url}?lang=en")).text


@pytest.mark.parametrize("which", ["sign", "verify", "follow"])
async def test_a_public_page_weighs_less_than_100_kb_with_all_it_loads(browser: Browser, which: str) -> None:
    note = await browser.world.taken_over()
    share = await browser.world.say(browser.world.shipper, ShareOrder(order_id=browser.world.order_id))
    token = browser.world.link("sign_delivery", note.document_id)
    here = {
        "sign": f"/l/{token}/sign/{note.document_id}",
        "verify": f"/v/{note.verification_id}",
        "follow": share.url,
    }[which]
    page = await browser.web.get(here)
    assert "rt.js" not in page.text
    loaded = {STATIC / "rt.css", STATIC / "built" / "icons.svg", STATIC / "built" / "outline.json"}
    loaded |= set((STATIC / "built").glob("chunk-*.js")) | {STATIC / "built" / "bare.js"}
    fonts = sum(f.stat().st_size for f in (STATIC / "built").glob("*.woff2"))
    weight = len(page.content) + fonts + sum(len(gzip.compress(f.read_bytes())) for f in loaded)
    assert weight < LIGHT


async def test_whoever_waits_reads_that_a_time_was_corrected(browser: Browser) -> None:
    """By the link and at the desk: before and after, and why."""
    await browser.world.taken_over()
    came, corrected = MORNING + timedelta(hours=5), MORNING + timedelta(hours=4)
    stop = WatchedStop(
        order_id=browser.world.order_id,
        kind="delivery",
        site=LYON,
        planned_from=MORNING,
        planned_until=MORNING + timedelta(hours=9),
        reached_at=corrected,
        source="gps",
        corrections=[Correction(what="arrival", before=came, after=corrected, told_at=came)],
    )
    watch = Watch(
        id="wat_1",
        org_id=browser.world.carrier.id,
        vehicle_plate="AB-123-CD",
        plate="AB123CD",
        driver_user_id="usr_driver",
        driver_name="Lucie Martin",
        begins_at=MORNING,
        ends_at=MORNING + timedelta(hours=12),
        planned_end=MORNING + timedelta(hours=12),
        stops=[stop],
    )
    instances = browser.world.platform.instances["tracking_ia"].context.database.collections
    with acting_for(browser.world.carrier.id):
        await next(one for one in instances if one.entity is Watch).add(watch)
    share = await browser.world.say(browser.world.shipper, ShareOrder(order_id=browser.world.order_id))
    followed = (await browser.web.get(share.url)).text
    assert "Le camion est arrivé" in followed
    assert "n&#39;a pas encore donné" not in followed
    await browser.enter()
    for page in (share.url, f"/deliveries/{browser.world.order_id}"):
        text = (await browser.web.get(page)).text
        assert "Heure d&#39;arrivée corrigée" in text, page
        assert "d&#39;après des positions reçues en retard" in text
        for at in (came, corrected):
            assert f"{at.astimezone(ZONE):%H:%M}" in text
    assert "Arrival time corrected" in (await browser.web.get(f"{share.url}?lang=en")).text
