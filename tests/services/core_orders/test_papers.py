"""What may be attached to an order, who sees it, and what never comes through."""

import io

import pytest
from pikepdf import Encryption
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.services.core_orders.make import CARRIER, CONSIGNEE, LOGISTICIAN, SHIPPER, STRANGER
from tests.services.core_orders.test_api import assigned, post
from tests.trade.hostile import WAYS, packed, quiet, saved

from rt.kernel.core.errors import Invalid, WrongMediaType
from rt.trade.papers import clean
from rt.trade.pdf import rewritten


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def pdf() -> bytes:
    return saved(quiet())


def test_an_image_is_drawn_anew_without_exif_and_without_what_trails_it():
    exif = Image.Exif()
    exif[0x010F] = "SECRET MAKER"
    exif[0x8825] = {1: "N", 2: (45.0, 45.0, 0.0)}
    kept = clean(picture(exif=exif) + b"<script>alert(1)</script>", "image/jpeg")
    assert kept.media_type == "image/jpeg"
    assert b"SECRET" not in kept.content
    assert b"script" not in kept.content
    assert not Image.open(io.BytesIO(kept.content)).getexif()


def test_a_turned_photo_is_turned_upright_before_its_exif_goes():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Image.open(io.BytesIO(clean(picture(exif=exif), "").content)).size == (30, 40)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_that_claims_too_many_pixels_is_refused_before_it_is_drawn():
    bomb = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Invalid) as refused:
        clean(bomb.getvalue(), "image/png")
    assert refused.value.code == "pixel_bomb"


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml"),
        (b"<html></html>", "image/jpeg"),
        (b"GIF89a/*", "image/gif"),
        (b"MZ\x90", ""),
        (b"", ""),
        (picture("PNG"), "image/jpeg"),
        (pdf(), "image/png"),
        (picture(), "application/pdf"),
    ],
)
def test_what_it_is_declared_to_be_must_be_what_it_is(content, declared):
    with pytest.raises(WrongMediaType):
        clean(content, declared)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_said_beside_the_pixels_is_kept(kind):
    said = io.BytesIO()
    note = PngInfo()
    note.add_text("Comment", "<script>EVIL</script>")
    more = {"pnginfo": note} if kind == "PNG" else {"icc_profile": b"EVIL", "exif": b"Exif\x00\x00EVIL"}
    Image.new("RGBA" if kind == "PNG" else "RGB", (9, 9), "teal").save(said, kind, **more)
    assert b"EVIL" in said.getvalue()
    assert b"EVIL" not in clean(said.getvalue(), "").content


async def attach(client, order_id: str, content: bytes = b"", **query: str):
    params = {"kind": "pod", "filename": "émargé.pdf", **query}
    return await client.post(
        f"/api/orders/{order_id}/documents", params=params, content=content or pdf(),
        headers={"content-type": "application/pdf"},
    )  # fmt: skip


async def test_a_document_is_attached_read_and_replaced_by_its_next_version(orders, web):
    order_id = await assigned(web())
    first = (await attach(web(CARRIER), order_id)).json()
    second = (await attach(web(CARRIER), order_id, replaces=first["document_id"])).json()
    assert (first["version"], second["version"]) == (1, 2)
    stale = await attach(web(CARRIER), order_id, replaces=first["document_id"])
    assert (stale.status_code, stale.json()["code"]) == (409, "document_replaced")
    listed = (await web().get(f"/api/orders/{order_id}/documents")).json()["items"]
    assert [(one["version"], one["latest"]) for one in listed] == [(2, True), (1, False)]
    path = f"/api/orders/{order_id}/documents/{second['document_id']}"
    read = await web(CONSIGNEE).get(path)
    assert (read.content, read.headers["content-type"]) == (rewritten(pdf()), "application/pdf")
    assert read.headers["content-disposition"].startswith('attachment; filename="emarge.pdf"; ')
    assert read.headers["content-disposition"].endswith("filename*=UTF-8''%C3%A9marg%C3%A9.pdf")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert (await web(STRANGER).get(path)).status_code == 404
    signed = (await web().get(f"{path}/url")).json()["url"]
    async with orders.web("core_orders") as nobody:
        assert (await nobody.get(signed)).content == rewritten(pdf())
        assert (await nobody.get(signed[:-1] + "01"[signed[-1] == "0"])).status_code == 404
        assert (await nobody.get(path)).status_code == 401


async def test_a_repeated_upload_attaches_once(web):
    order_id = await assigned(web())
    client = web(CARRIER, headers={"idempotency-key": "one-upload"})
    answers = [await attach(client, order_id) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await web().get(f"/api/orders/{order_id}/documents")).json()["items"]) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_hostile_pdf_is_kept_without_what_it_would_do(web, way):
    order_id = await assigned(web())
    kept = (await attach(web(CARRIER), order_id, packed(WAYS[way]))).json()
    read = await web().get(f"/api/orders/{order_id}/documents/{kept['document_id']}")
    assert read.content == rewritten(packed(WAYS[way]))


async def test_a_protected_pdf_is_refused_at_its_field(web):
    order_id = await assigned(web())
    closed = saved(quiet(), encryption=Encryption(user="x", owner="x"))
    refused = await attach(web(CARRIER), order_id, closed)
    assert (refused.status_code, refused.json()["code"]) == (422, "pdf_encrypted")
    assert refused.json()["errors"][0]["field"] == "content"


async def test_too_large_a_document_is_refused_in_both_languages(web):
    order_id = await assigned(web())
    refused = await attach(web(), order_id, pdf() + bytes(10_000_000))
    assert refused.status_code == 413
    assert set(refused.json()["messages"]) == {"fr", "en"}


async def test_invoices_pass_between_shipper_and_carrier_alone(web):
    order_id = await assigned(web())
    invoice = (await attach(web(CARRIER), order_id, kind="invoice")).json()["document_id"]
    path = f"/api/orders/{order_id}/documents/{invoice}"
    assert [(await web(org).get(path)).status_code for org in (SHIPPER, CONSIGNEE)] == [200, 404]
    assert (await web(CARRIER, roles={"driver"}).get(path)).status_code == 404
    assert (await attach(web(CONSIGNEE), order_id, kind="invoice")).status_code == 403


async def test_an_incident_is_shared_counted_and_resolved(web):
    order_id = await assigned(web())
    photo = (await attach(web(CARRIER), order_id, kind="photo")).json()["document_id"]
    path = f"{order_id}/incidents"
    seen = await post(
        web(CARRIER), path, kind="damage", text="Bâche ouverte", shared=True, photos=[photo], cost_cents=5_000
    )
    hidden = await post(web(CONSIGNEE), path, kind="access", text="Interne")
    assert len(seen["incidents"]) == 1
    assert [one["text"] for one in hidden["incidents"]] == ["Bâche ouverte", "Interne"]
    assert hidden["incidents"][0]["cost_cents"] is None
    assert (await web().get("/api/orders/counts")).json()["incident"] == 1
    assert len((await web().get("/api/orders", params={"incident": "true"})).json()["items"]) == 1
    assert (await web(LOGISTICIAN).get("/api/orders/counts")).json()["incident"] == 1
    shared, own = (f"/api/orders/{path}/{one['incident_id']}/resolve" for one in hidden["incidents"])
    assert (await web().post(own, json={"resolution": "x"})).status_code == 404
    assert (await web(CONSIGNEE).post(shared, json={"resolution": "x"})).status_code == 404
    assert (await web().post(shared, json={"resolution": "réglé"})).status_code == 200
    order = (await web().get(f"/api/orders/{order_id}")).json()
    assert (order["incident_open"], order["incidents"][0]["resolution"]) == (False, "réglé")
    counts = {
        org: (await web(org).get("/api/orders/counts")).json()["incident"] for org in (SHIPPER, CONSIGNEE)
    }
    assert counts == {SHIPPER: 0, CONSIGNEE: 1}
    assert (await web().get("/api/orders", params={"incident": "true"})).json()["items"] == []
    assert len((await web().get("/api/orders", params={"incident": "false"})).json()["items"]) == 1


async def test_an_incident_names_only_documents_of_the_order(web):
    order_id = await assigned(web())
    refused = await web().post(
        f"/api/orders/{order_id}/incidents", json={"kind": "delay", "text": "x", "photos": ["doc_none"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "reference_unknown")
