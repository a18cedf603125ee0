"""Every component shows in every state, every page of the kit renders whole and in part."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from playwright.async_api import expect
from tests.pages.shop import ORIGIN, Town, signed_in
from tests.portals.screen import looking

from rt.ui.formats import LANGUAGES
from rt.ui.gallery import PARTS
from rt.ui.pages import ICONS, UI, Column
from rt.ui.session import Flash
from rt.ui.templating import DRAWN, environment

INLINE = re.compile(
    r"""<script(?![^>]*\b(src|type="application/json"))|\sstyle=|\son[a-z]+=|<style|javascript:""",
    re.IGNORECASE,
)


def test_every_component_has_its_part_in_the_gallery() -> None:
    files = {path.stem for path in (UI / "components").glob("*.html")}
    assert files | set(DRAWN) == set(PARTS)


def test_every_component_is_used_in_the_gallery_or_by_a_layout() -> None:
    """A macro that no page shows is never seen broken."""
    written = "".join(path.read_text() for path in UI.rglob("*.html"))
    macros = [name for name in vars(environment().globals["ui"]) if not name.startswith("_")]
    assert len(macros) > 35
    assert [
        name for name in macros if f"ui.{name}(" not in written and name not in ("proof", "refusal")
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
async def test_a_part_of_the_gallery_renders_whole_and_alone(part: str, language: str) -> None:
    async with signed_in(Town()) as client:
        whole = await client.get(f"/gallery/{part}?lang={language}")
        alone = await client.get(f"/gallery/{part}", headers={"hx-request": "true"})
    assert whole.status_code == alone.status_code == 200
    assert f'<html lang="{language}">' in whole.text
    assert f'id="{part}"' in alone.text
    assert "<html" not in alone.text
    assert not INLINE.search(whole.text)


async def test_history_and_boosted_links_get_the_page_whole() -> None:
    async with signed_in(Town()) as client:
        for header in ("hx-boosted", "hx-history-restore-request"):
            answer = await client.get("/gallery", headers={"hx-request": "true", header: "true"})
            assert "<html" in answer.text


async def test_a_state_is_never_told_by_colour_alone() -> None:
    async with signed_in(Town()) as client:
        html = (await client.get("/gallery/badge")).text
    for badge in re.findall(r'<span class="badge[^"]*">(.*?)</span>', html, re.DOTALL):
        assert "<svg" in badge
        assert re.sub(r"<[^>]+>", "", badge).strip()


def test_a_refusal_shows_no_check_mark() -> None:
    toasts = vars(environment().globals["ui"])["toasts"]
    html = str(toasts(Flash("Trop tard.", kind="bad"), ""))
    assert "#octagon-alert" in html
    assert 'role="alert"' in html
    assert "#check" not in html
    assert "#check" in str(toasts(Flash("Enregistré."), ""))


def test_a_list_turns_to_cards_by_its_own_room_and_a_long_choice_stays_inside_its_field() -> None:
    sheet = (UI / "static" / "rt.css").read_text()
    assert re.search(r"\.main \{ container-type: inline-size", sheet)
    assert re.search(r"@container \(max-width: 36rem\) \{ \.table\.cards", sheet)
    assert re.search(r"\.field \{[^}]*grid-template-columns: minmax\(0, 1fr\)", sheet)


def test_figures_in_facts_and_tables_are_written_for_people() -> None:
    ui = vars(environment().globals["ui"])
    assert "24000.0" not in str(ui["facts"]([("Charge utile", 24_000.0)]))
    columns = [Column(name="name", label="Nom"), Column(name="weight", label="Poids")]
    assert "24000.0" not in str(ui["table"](columns, [{"name": "A", "weight": 24_000.0}]))


async def test_what_users_typed_stays_text() -> None:
    attack = '"><script>alert(1)</script>'
    async with signed_in(Town()) as client:
        page = await client.get("/gallery/form")
        token = page.text.split('name="_csrf" value="')[1].split('"')[0]
        answer = await client.post("/gallery/form", data={"reference": attack, "_csrf": token})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_icons_are_drawn_once_and_known() -> None:
    assert len(ICONS) > 100
    icon = vars(environment().globals["ui"])["icon"]
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_the_stylesheet_stays_small_and_loads_nothing_from_elsewhere() -> None:
    sheet = (UI / "static" / "rt.css").read_text()
    assert len(sheet.encode()) < 37_500
    assert "http" not in sheet
    assert "@import" not in sheet


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TONES = ("ok", "warn", "bad", "note", "idle")
TEXT = [
    *((front, back) for front in ("ink", "muted", "link") for back in ("paper", "surface")),
    *((f"on-{name}", name) for name in ("brand", "accent", "deck")),
    *((tone, back) for tone in TONES for back in (f"{tone}-soft", "surface")),
    ("on-deck-muted", "deck"),
    ("accent", "deck"),
]
EDGES = [(front, back) for front in ("edge", "focus") for back in ("paper", "surface")]


def tokens_of(block: str) -> dict[str, str]:
    found = re.findall(r"--([\w-]+): #([0-9a-f]{3,6})\b", block)
    return {name: value if len(value) == 6 else "".join(c * 2 for c in value) for name, value in found}


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_edges_have_the_contrast_of_wcag_aa(dark: bool) -> None:
    """4.5 for text, 3 for what marks a control (WCAG 2.2, 1.4.3 and 1.4.11)."""
    sheet = (UI / "static" / "rt.css").read_text()
    light_block, dark_block = sheet.split("@media (prefers-color-scheme: dark)")[:2]
    tokens = tokens_of(light_block) | (tokens_of(dark_block.split(".field-kit")[0]) if dark else {})
    for pairs, least in ((TEXT, 4.5), (EDGES, 3.0)):
        for front, back in pairs:
            assert contrast(tokens[front], tokens[back]) >= least, (front, back)


def test_the_portals_of_one_process_compile_what_they_share_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compiling = Environment.compile

    def noted(made: Environment, source: str, name: str, *more: Any) -> Any:
        compiled.append(name)
        return compiling(made, source, name, *more)

    environment()
    monkeypatch.setattr(Environment, "compile", noted)
    environment()
    assert compiled == []


def test_a_template_that_changes_is_compiled_again(tmp_path: Path) -> None:
    """Also in another portal of the same process."""
    page = tmp_path / "page.html"
    page.write_text("before")
    assert environment(tmp_path).get_template("page.html").render() == "before"
    page.write_text("after")
    assert environment(tmp_path).get_template("page.html").render() == "after"


async def test_the_focus_goes_into_a_window_that_opens_and_back_when_it_closes() -> None:
    async with signed_in(Town()) as client, looking(client) as window:
        await window.goto(f"{ORIGIN}/gallery/dialog")
        opener = window.locator("[popovertarget]").first
        await opener.focus()
        await window.keyboard.press("Enter")
        inside = "!!document.activeElement.closest('[popover]:popover-open')"
        await window.wait_for_function(inside)
        await window.keyboard.press("Escape")
        await expect(opener).to_be_focused()
