// Checking the goods and signing: every touch is kept at once, so that a killed app loses nothing.

import { fresh } from "../outbox/outbox";
import { attach as attachPad } from "../pad";
import { shrunk } from "../photos";
import { say } from "../toast";
import { give, type App } from "./app";
import { present } from "./clock";
import { button, field, h, icon } from "./dom";
import { by, parties, SIGNING, vague, type Note, type Stop } from "./model";
import { moment, w } from "./speech";

interface DraftPhoto { id: string; blob: Blob }
interface DraftReserve { line: number; text: string; missing: number; damaged: number; photos: DraftPhoto[] }
export interface Draft {
  reserves: DraftReserve[];
  pallets: { pallet_type: string; delivered: number; returned: number; refused: number; broken: number };
  name: string; quality: string; alone: boolean; ink: string; driver_ink: string;
  pallets_confirmed?: boolean;
}

function blank(stop: Stop): Draft {
  return {
    reserves: [], name: stop.step === "handover" ? "" : stop.site.contact.name, quality: "", alone: false, ink: "", driver_ink: "",
    pallets: { pallet_type: "EUR", delivered: stop.kind === "delivery" ? stop.pallets : 0, returned: 0, refused: 0, broken: 0 },
  };
}

/** The signing command's body as the consignment note's service reads it. */
export function signing(draft: Draft, stop: Stop, driver: string, at: Date): Record<string, unknown> {
  const image = (ink: string): string => (ink === "typed" ? "" : ink);
  const [others, own] = parties(stop);
  const carrier = { party: own, name: driver, method: "glass", image: image(draft.driver_ink) };
  const other = { party: others, name: draft.name.trim(), quality: draft.quality.trim(), method: "glass", image: image(draft.ink) };
  const moved = draft.pallets.delivered || draft.pallets.returned || draft.pallets.refused || draft.pallets.broken;
  return {
    document_id: stop.note!.document_id, content_hash: stop.note!.content_hash, happened_at: at.toISOString(),
    signature: draft.alone ? carrier : other,
    ...(draft.alone || !draft.driver_ink ? {} : { countersignature: carrier }),
    reserves: (bringsAlone(draft, stop) ? [] : draft.reserves).map((one) => ({
      text: one.text.trim() || `${one.missing} ${w("missing").toLowerCase()}, ${one.damaged} ${w("damaged").toLowerCase()}`,
      line: one.line, missing_quantity: one.missing, damaged_quantity: one.damaged, photo_ids: one.photos.map((photo) => photo.id),
    })),
    ...(stop.step === "handover" ? { leg_id: stop.taking } : { pallets: moved ? [draft.pallets] : [] }),
    ...countersigning(stop),
    ...(draft.pallets_confirmed ? { pallets_confirmed: true } : {}),
  };
}

/** Reserves at a handover are those of who takes the goods over: there are none where only who brings them signs. */
function bringsAlone(draft: Draft, stop: Stop): boolean {
  return draft.alone && stop.step === "handover" && stop.kind === "delivery";
}

/** What others have signed at this stop, as the phone knows it: named, so that it is not signed unread. */
function countersigning(stop: Stop): Record<string, string> {
  const note = stop.note!;
  const taking = note.legs?.find((leg) => leg.leg_id === stop.taking);
  const seen = taking ? taking.handover_hash : stop.kind === "pickup" ? note.takeover_hash : note.delivery_hash;
  return seen ? { countersigns: seen } : {};
}

/** The largest number of pallets that is beyond what the note counts, as its service judges; 0 when all is usual. */
export function manyPallets(draft: Draft, note: Note): number {
  const { delivered, returned, refused, broken } = draft.pallets;
  const most = Math.max(delivered, returned, refused, broken);
  return most > note.pallets_usual ? most : 0;
}

/** Why it cannot be signed yet; empty when it can. */
export function lacking(draft: Draft): "" | "need_name" | "need_ink" | "vague" {
  if (draft.reserves.some((one) => vague(one.text, one.missing + one.damaged))) return "vague";
  if (draft.alone) return draft.driver_ink ? "" : "need_ink";
  if (!draft.name.trim()) return "need_name";
  return draft.ink ? "" : "need_ink";
}

export async function screen(app: App, stop: Stop): Promise<Node> {
  const note = stop.note;
  if (!note) return h("p", {}, w("no_document"));
  const key = `sign/${note.document_id}/${stop.kind}${stop.taking && `/${stop.taking}`}`;
  const draft = (await app.keep.draft<Draft>(key)) ?? blank(stop);
  const between = stop.step === "handover";
  const [others] = parties(stop);
  const first = between && !countersigning(stop)["countersigns"] ? undefined : by(note, stop.step, others, stop.taking);
  if (first) draft.alone = true;
  const keep = (): void => void app.keep.keepDraft(key, draft);
  const reserves = h("div", { class: "stack" });
  const drawReserves = (): void => reserves.replaceChildren(...draft.reserves.map((one, place) => reserveCard(stop, one, keep, () => { draft.reserves.splice(place, 1); keep(); drawReserves(); })));
  const add = (line: number): void => { draft.reserves.push({ line, text: "", missing: 0, damaged: 0, photos: [] }); keep(); drawReserves(); reserves.lastElementChild?.querySelector("textarea")?.focus(); };
  drawReserves();

  const other = h("div", { class: "stack" },
    field(w("signer"), text(draft.name, (value) => { draft.name = value; keep(); })),
    field(w("quality"), text(draft.quality, (value) => { draft.quality = value; keep(); })),
    pad(w("sign_here"), draft.ink, (ink) => { draft.ink = ink; keep(); }));
  other.hidden = draft.alone;
  const alone = first
    ? h("div", { class: "notice ok" }, icon("circle-check"), h("b", {}, `${w("signed")} · ${first.name} · ${moment(first.happened_at)}`))
    : stop.kind === "pickup" || between
    ? check(w("nobody"), draft.alone, (on) => { draft.alone = on; other.hidden = on; goods.hidden = bringsAlone(draft, stop); keep(); }) : null;
  const goods = h("section", { class: "card" }, h("h2", {}, w("check_goods")),
    ...note.consignment.goods.map((line) => h("div", { class: "row spread" },
      h("span", {}, `${line.goods.quantity} × ${line.goods.description}`, line.goods.un_number ? ` · UN ${line.goods.un_number}` : ""),
      button(w("reserve"), "secondary small", "flag", () => add(line.line)))),
    h("div", { class: "row spread" }, h("span", { class: "muted" }, w("whole")), button(w("add_reserve"), "secondary small", "flag", () => add(0))), reserves);
  goods.hidden = bringsAlone(draft, stop);

  const confirm = async (): Promise<void> => {
    const lack = lacking(draft);
    if (lack) { say(w(lack)); return; }
    const many = between ? 0 : manyPallets(draft, note);
    if (many && !window.confirm(w("many_pallets").replace("{said}", String(many)).replace("{counted}", String(note.pallets_counted)))) return;
    draft.pallets_confirmed = many > 0;
    const at = new Date();
    const photos = draft.reserves.flatMap((one) => one.photos).map((photo) => ({
      ...photo, about: { document_id: note.document_id, order_id: stop.order_id, stop: stop.kind, happened_at: at.toISOString() },
    }));
    const kept = await give(app, {
      name: SIGNING[stop.step], document: note.document_id, happened_at: at, photos, label: `${w(stop.kind)} · ${stop.site.name}`,
      body: signing(draft, stop, app.day!.day.driver_name, present(at)),
    });
    if (!kept) return;
    await app.keep.dropDraft(key);
    app.go(`#/stop/${stop.id}`);
  };

  return h("div", { class: "stack" },
    h("a", { class: "button quiet", href: `#/stop/${stop.id}` }, icon("arrow-left"), w("back")),
    h("h1", {}, w(signWord(stop))),
    between || stop.leg ? h("p", { class: "muted" }, `${w("consignment")} ${note.number} · ${note.sender_name} → ${note.consignee_name}`) : null,
    goods,
    between ? null : h("section", { class: "card" }, h("h2", {}, w("pallets")), h("div", { class: "fields few" },
      field(w("pallet_type"), select(["EUR", "CHEP", "LPR", "OTHER"], draft.pallets.pallet_type, (value) => { draft.pallets.pallet_type = value; keep(); })),
      field(w("given"), count(draft.pallets.delivered, (n) => { draft.pallets.delivered = n; keep(); })),
      field(w("returned"), count(draft.pallets.returned, (n) => { draft.pallets.returned = n; keep(); })),
      field(w("refused_pallets"), count(draft.pallets.refused, (n) => { draft.pallets.refused = n; keep(); })),
      field(w("broken"), count(draft.pallets.broken, (n) => { draft.pallets.broken = n; keep(); })))),
    h("section", { class: "card" }, h("h2", {}, w("sign_here")), alone, other,
      pad(w("driver_sign"), draft.driver_ink, (ink) => { draft.driver_ink = ink; keep(); })),
    button(w("confirm"), "next wide", "check", () => void confirm()));
}

/** What the button to sign says: whose signature it is about. */
export function signWord(stop: Stop): "sign_takeover" | "sign_delivery" | "sign_take" | "sign_give" {
  if (stop.step === "handover") return stop.kind === "pickup" ? "sign_take" : "sign_give";
  return stop.step === "takeover" ? "sign_takeover" : "sign_delivery";
}

function reserveCard(stop: Stop, one: DraftReserve, keep: () => void, drop: () => void): Node {
  const warning = h("p", { class: "fault" }, icon("circle-alert"), w("vague"));
  const judge = (): void => { warning.hidden = !one.text || !vague(one.text, one.missing + one.damaged); keep(); };
  const shots = h("div", { class: "photos" });
  const drawShots = (): void => shots.replaceChildren(...one.photos.map((photo, place) => h("figure", {},
    h("img", { src: URL.createObjectURL(photo.blob), alt: `${w("photo")} ${place + 1}` }),
    h("button", { type: "button", "aria-label": w("remove"), click: () => { one.photos.splice(place, 1); keep(); drawShots(); } }, "×"))));
  const camera = h("input", { type: "file", accept: "image/*", capture: "environment", class: "sr", change: (event) => void taken(event.target as HTMLInputElement) });
  const taken = async (input: HTMLInputElement): Promise<void> => {
    for (const file of input.files ?? []) one.photos.push({ id: fresh(), blob: await shrunk(file) });
    input.value = "";
    keep();
    drawShots();
  };
  const area = h("textarea", { rows: "3", maxlength: "500", input: (event) => { one.text = (event.target as HTMLTextAreaElement).value; judge(); } });
  area.value = one.text;
  const line = stop.note?.consignment.goods.find((goods) => goods.line === one.line);
  judge();
  drawShots();
  return h("section", { class: "card edge-bad stack" },
    h("div", { class: "row spread" }, h("h3", {}, line ? line.goods.description : w("whole")), button(w("remove"), "quiet small", "trash-2", drop)),
    field(w("reserve"), area, w("describe")), warning,
    h("div", { class: "fields few" },
      field(w("missing"), count(one.missing, (n) => { one.missing = n; judge(); })), field(w("damaged"), count(one.damaged, (n) => { one.damaged = n; judge(); }))),
    shots, h("label", { class: "button secondary" }, icon("camera"), w("photo"), camera));
}

function text(value: string, told: (value: string) => void): HTMLInputElement {
  const input = h("input", { type: "text", maxlength: "120", autocomplete: "off", input: (event) => told((event.target as HTMLInputElement).value) });
  input.value = value;
  return input;
}

function count(value: number, told: (value: number) => void): HTMLInputElement {
  const input = h("input", { type: "text", inputmode: "numeric", pattern: "[0-9]*", input: (event) => {
    const target = event.target as HTMLInputElement;
    target.value = target.value.replace(/\D/g, "").slice(0, 5);
    told(Number(target.value || 0));
  } });
  input.value = String(value);
  return input;
}

function select(options: string[], value: string, told: (value: string) => void): HTMLSelectElement {
  const box = h("select", { change: (event) => told((event.target as HTMLSelectElement).value) }, ...options.map((one) => h("option", { value: one }, one)));
  box.value = value;
  return box;
}

function check(label: string, on: boolean, told: (on: boolean) => void): HTMLElement {
  const input = h("input", { type: "checkbox", change: (event) => told((event.target as HTMLInputElement).checked) });
  input.checked = on;
  return h("label", { class: "check" }, input, label);
}

const SVG = "http://www.w3.org/2000/svg";

function pad(label: string, before: string, told: (ink: string) => void): HTMLElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 500 200");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  for (const [name, d] of [["base", "M30 160H470"], ["ink", before === "typed" ? "" : before]] as const) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    if (name === "ink") path.setAttribute("data-ink", ""); else path.setAttribute("class", "base");
    svg.append(path);
  }
  const typed = h("input", { type: "checkbox", "data-typed": true });
  typed.checked = before === "typed";
  const hidden = h("input", { type: "hidden", "data-path": true });
  const box = h("div", { class: "field" }, h("span", { class: "label" }, label),
    h("div", { class: "pad" }, svg, h("div", { class: "row" }, h("button", { class: "button secondary", type: "button", "data-clear": true }, icon("rotate-ccw"), w("clear"))),
      h("label", { class: "check" }, typed, w("typed"))), hidden);
  box.addEventListener("rt:signed", (event) => told((event as CustomEvent<string>).detail));
  attachPad(box);
  return box;
}
