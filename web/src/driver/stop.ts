// The list of stops and one stop's card, with the one next act as its big button.

import { give, type App } from "./app";
import { present } from "./clock";
import { callOf, MARKS, moved, placeOf } from "./changed";
import { badge, button, h, icon } from "./dom";
import { awaitedFirst, upcoming, wayTo, type Stop } from "./model";
import { signWord } from "./sign";
import { clock, needed, w, weight } from "./speech";

/** What the driver may still have to do stands first, the next stop at its head. */
export function list(app: App): Node {
  const next = upcoming(app.stops);
  const title = h("h1", { class: "sr" }, w("today"));
  if (!app.stops.length) return h("div", { class: "state" }, title, icon("calendar"), h("h2", {}, w("nothing")));
  return h("div", { class: "stack" }, title,
    next ? h("p", { class: "label" }, w("next")) : h("div", { class: "notice ok" }, icon("circle-check"), h("b", {}, w("nothing_more"))),
    ...Object.entries(app.marks).filter(([, mark]) => mark.what === "gone").map(([call, mark]) =>
      h("div", { class: "notice warn" }, icon("circle-x"), h("div", {}, h("b", {}, w("gone")), h("p", {}, mark.label), seen(app, call)))),
    h("ol", { class: "plain stack tight" }, ...awaitedFirst(app.stops).map((stop) => h("li", {}, row(app, stop, stop === next)))));
}

/** The driver has taken note: the mark goes. */
function seen(app: App, call: string): Node {
  return button(w("seen"), "secondary wide", "check", () => void (async () => {
    delete app.marks[call];
    await app.keep.keepDraft(MARKS, app.marks);
    app.draw();
  })());
}

function changes(app: App, stop: Stop): Node | null {
  const mark = app.marks[callOf(stop)];
  if (!mark) return null;
  const place = placeOf(stop);
  const before = [
    mark.window_from !== stop.window_from || mark.window_until !== stop.window_until ? `${clock(mark.window_from)}–${clock(mark.window_until)}` : "",
    moved(mark.arrives_at, stop.arrives_at) ? `${w("planned").toLowerCase()} ${clock(mark.arrives_at)}` : "",
    mark.place !== place ? mark.place : "", mark.plate !== stop.plate ? mark.plate : "",
  ].filter(Boolean).join(" · ");
  return h("div", { class: "notice warn" }, icon("triangle-alert"), h("div", {},
    h("b", {}, w(mark.what === "new" ? "new_stop" : "changed")), before ? h("p", {}, `${w("before")} ${before}`) : null, seen(app, callOf(stop))));
}

function row(app: App, stop: Stop, next: boolean): Node {
  const edge = next ? "edge-warn" : stop.done === "departed" ? "edge-ok" : "";
  return h("a", { class: `card ${edge} stop-link`, href: `#/stop/${stop.id}` },
    h("div", { class: "row spread" }, h("b", {}, `${clock(stop.window_from)}–${clock(stop.window_until)}`),
      h("span", { class: "row" }, app.marks[callOf(stop)] ? badge(w(app.marks[callOf(stop)]!.what === "new" ? "new_stop" : "changed"), "warn", "triangle-alert") : null, mood(stop))),
    h("h2", {}, stop.site.name || stop.site.address.city),
    h("p", { class: "muted" }, `${stop.site.address.postal_code} ${stop.site.address.city} · ${stop.leg ? stop.note!.number : stop.reference}`),
    h("p", {}, `${stop.pallets} ${w("pallets").toLowerCase()} · ${weight(stop.weight_kg)}`));
}

function mood(stop: Stop): Node {
  if (stop.transfer) return badge(w("transfer"), stop.done ? "ok" : "note", "arrow-right-left");
  if (stop.done === "departed" || stop.done === "signed") return badge(w("signed"), "ok", "signature");
  if (stop.done === "arrived") return badge(`${w("arrived")} ${clock(stop.arrived_at!)}`, "note", "map-pin");
  if (stop.step === "handover") return badge(w("handover"), "idle", "truck");
  return badge(w(stop.kind), "idle", stop.kind === "pickup" ? "package-open" : "package-check");
}

export function card(app: App, stop: Stop): Node {
  const site = stop.site;
  const phone = site.contact.phone;
  return h("div", { class: "stack" },
    h("div", { class: "row spread" }, h("a", { class: "button quiet", href: "#/" }, icon("arrow-left"), w("stops")), mood(stop)),
    h("h1", {}, site.name || site.address.city),
    h("p", {}, [site.address.street, `${site.address.postal_code} ${site.address.city}`].filter(Boolean).join(", ")),
    changes(app, stop),
    stop.transfer ? h("div", { class: "notice" }, icon("arrow-right-left"), h("b", {}, w("transfer_here"))) : nextAct(app, stop),
    h("div", { class: "grid" },
      h("a", { class: "button secondary", href: wayTo(site) }, icon("navigation"), w("navigate")),
      phone ? h("a", { class: "button secondary", href: `tel:${phone.replace(/[^+\d]/g, "")}` }, icon("phone"), `${w("call")} ${site.contact.name}`) : null,
      h("a", { class: "button secondary", href: `#/problem/${stop.id}` }, icon("triangle-alert"), w("problem"))),
    h("dl", { class: "facts card" },
      ...fact(w("window"), `${clock(stop.window_from)}–${clock(stop.window_until)}`), ...fact(w("planned"), clock(stop.arrives_at)), ...fact(w("reference"), stop.reference),
      ...fact(w("consignment"), stop.note?.number ?? w("no_document")), ...fact(w("sender"), stop.leg ? stop.note!.sender_name : ""), ...fact(w("consignee"), stop.leg ? stop.note!.consignee_name : ""),
      ...fact(w(stop.kind === "pickup" ? "carrier" : "successor"), counterpart(stop)), ...fact(w("goods"), stop.goods_text), ...fact(w("weight"), weight(stop.weight_kg)),
      ...fact(w("ferry"), (stop.ferries ?? []).map((one) => `${one.name} · ${Math.floor(one.minutes / 60)} h ${String(one.minutes % 60).padStart(2, "0")}`).join(", ")), ...fact(w("pallets"), String(stop.pallets)), ...fact(w("requirements"), stop.requirements.map(needed).join(", ")),
      ...fact(w("instructions"), [site.instructions, stop.note?.consignment.instructions].filter(Boolean).join(" · "))));
}

/** At a handover the carrier on the other side. */
function counterpart(stop: Stop): string {
  if (stop.step !== "handover") return "";
  const legs = stop.note?.legs ?? [];
  const other = stop.kind === "delivery" ? legs.find((leg) => leg.leg_id === stop.taking) : legs.find((leg) => leg.next_leg_id === stop.taking);
  return other?.carrier_name ?? "";
}

export function fact(label: string, value: string): Node[] {
  return value ? [h("dt", {}, label), h("dd", {}, value)] : [];
}

function nextAct(app: App, stop: Stop): Node {
  const note = stop.note;
  if (!note) return h("div", { class: "notice warn" }, icon("hourglass"), h("b", {}, w("no_document")));
  const record = async (name: string, label: string): Promise<void> => {
    const at = new Date();
    await give(app, { name, document: note.document_id, happened_at: at, label: `${label} · ${stop.site.name}`,
      body: { document_id: note.document_id, stop: stop.kind, happened_at: present(at).toISOString(), ...(stop.leg ? { leg_id: stop.leg.leg_id } : {}) } });
    app.draw();
  };
  switch (stop.done) {
    case "": return button(w("arrive"), "next wide", "map-pin", () => void record("RecordArrival", w("arrive")));
    case "arrived": return stop.step === "handover" && !stop.taking
      ? h("div", { class: "notice warn" }, icon("hourglass"), h("b", {}, w("no_next")))
      : h("a", { class: "button next wide", href: `#/sign/${stop.id}` }, icon("signature"), w(signWord(stop)));
    case "signed": return button(w("depart"), "next wide", "truck", () => void record("RecordDeparture", w("depart")));
    case "departed": return h("div", { class: "notice ok" }, icon("circle-check"), h("b", {}, `${w("departed")} ${clock(stop.departed_at!)}`));
  }
}
