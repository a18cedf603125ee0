// What a roadside officer sees, what the driver entered, a problem to report, the language.

import { choose, LANGUAGES, moment, calendar, spoken, w } from "./speech";
import { meta } from "../island";
import { fresh } from "../outbox/outbox";
import { shrunk } from "../photos";
import { give, type App } from "./app";
import { badge, button, field, h, icon } from "./dom";
import { plates, type Stop } from "./model";
import type { Word } from "./words/fr";
import { fact } from "./stop";

export function officer(app: App): Node {
  const notes = app.day?.documents ?? [];
  return h("div", { class: "stack" }, h("h1", {}, w("officer")),
    ...notes.map((note) => h("section", { class: "card" },
      h("h2", {}, `${w(note.kind)} ${note.number}`),
      h("dl", { class: "facts told" },
        ...(note.mentions.length
          ? note.mentions.flatMap((mention) => fact(spoken() === "fr" ? mention.fr : mention.en, mention.value || "—"))
          : [...fact(w("sender"), note.sender_name), ...fact(w("carrier"), note.carrier_name), ...fact(w("consignee"), note.consignee_name)]),
        ...fact(w("vehicle"), plates(note)[0]), ...fact(w("trailer"), plates(note)[1]),
        ...note.signatures.flatMap((one) => fact(`${w("signed")} · ${w(one.party)}`, [one.name, moment(one.happened_at), one.way === "own_account" ? "" : w(one.way === "link" ? "by_link" : "collected")].filter(Boolean).join(" · "))),
        ...note.reserves_made.flatMap((one) => fact(w("reserve"), one.text)),
        ...(note.state === "delivered" && !note.reserves_made.length ? fact(w("reserve"), w("none_noted")) : [])),
      h("p", { class: "small mono" }, note.content_hash.slice(0, 16)),
      note.verification_url ? h("a", { href: note.verification_url }, w("check")) : null)),
    notes.length ? null : h("div", { class: "state" }, icon("file-text"), h("h2", {}, w("no_document"))),
    app.day?.papers.length ? h("section", { class: "card" }, h("h2", {}, w("papers")), h("dl", { class: "facts" },
      ...app.day.papers.flatMap((paper) => fact(paper.name, `${paper.number}${paper.valid_until ? ` · ${w("valid_until")} ${calendar(paper.valid_until)}` : ""}`)))) : null);
}

export function mine(app: App): Node {
  const again = (seq: number): void => void app.outbox.again(seq).then(app.draw);
  const drop = (seq: number): void => { if (confirm(w("sure"))) void app.outbox.giveUp(seq).then(app.draw); };
  return h("div", { class: "stack" }, h("h1", {}, w("mine")),
    app.outbox.signedOut ? h("div", { class: "notice warn" }, icon("log-in"), h("div", {}, h("b", {}, w("reconnect")), h("p", {}, h("a", { href: "/login" }, w("sign_in"))))) : null,
    app.entries.length
      ? h("div", { class: "stack" }, button(w("send_now"), "primary", "send", () => void app.outbox.hurry().then(app.draw)),
        h("ol", { class: "plain stack tight" }, ...app.entries.map((entry) => h("li", { class: `card ${entry.mood === "refused" ? "edge-bad" : ""}` },
          h("div", { class: "row spread" }, h("b", {}, entry.label), entry.mood === "refused" ? badge(w("refused_by"), "bad", "circle-x") : badge(w("waiting"), "warn", "hourglass")),
          h("p", { class: "muted" }, moment(entry.happened_at)),
          entry.refusal ? h("p", {}, entry.refusal.messages[spoken()] ?? entry.refusal.messages["en"] ?? entry.refusal.code) : null,
          entry.mood === "refused" ? h("div", { class: "row" }, button(w("retry"), "secondary", "refresh-cw", () => again(entry.seq)), button(w("discard"), "danger", "trash-2", () => drop(entry.seq))) : null))))
      : h("div", { class: "state" }, icon("circle-check"), h("h2", {}, w("all_sent"))),
    h("h2", {}, w("signed")),
    h("ul", { class: "plain stack tight" }, ...app.stops.filter((stop) => stop.signed_at).map((stop) => h("li", { class: "card" },
      h("b", {}, `${w(stop.kind)} · ${stop.site.name}`), h("p", { class: "muted" }, moment(stop.signed_at!))))));
}

const KINDS: [string, Word, string][] = [
  ["delay", "delay", "clock-alert"], ["damage", "damage", "package-x"], ["missing", "missing_goods", "package-open"], ["refused", "refused", "x"],
  ["access", "access", "ban"], ["breakdown", "breakdown", "wrench"], ["accident", "accident", "octagon-alert"], ["theft", "theft", "shield-alert"], ["other", "other", "circle-help"],
];

/** Kind, words, photo, send: at most four taps. */
export function problem(app: App, stop: Stop): Node {
  let kind = "";
  let photo: { id: string; blob: Blob } | undefined;
  const words = h("textarea", { rows: "3", maxlength: "500" });
  const camera = h("input", { type: "file", accept: "image/*", capture: "environment", class: "sr", change: (event) => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file) void shrunk(file).then((blob) => { photo = { id: fresh(), blob }; shot.classList.add("primary"); });
  } });
  const shot = h("label", { class: "button secondary" }, icon("camera"), w("photo"), camera);
  const send = async (): Promise<void> => {
    const at = new Date();
    const about = { order_id: stop.order_id, stop: stop.kind, happened_at: at.toISOString(), ...(stop.note ? { document_id: stop.note.document_id } : {}) };
    const kept = await give(app, {
      name: "ReportIncident", document: `incident/${stop.order_id}`, happened_at: at, label: `${w("problem")} · ${stop.site.name}`,
      photos: photo ? [{ ...photo, about }] : [],
      body: { order_id: stop.order_id, kind, text: words.value.trim() || label(kind), shared: true, photos: photo ? [photo.id] : [] },
    });
    if (kept) app.go(`#/stop/${stop.id}`);
  };
  const go = button(w("send"), "next wide", "send", () => void send());
  go.disabled = true;
  const kinds = h("div", { class: "grid tight", role: "group", "aria-label": w("what") });
  kinds.append(...KINDS.map(([code, word, sign]) => h("button", { class: "button secondary", type: "button", "aria-pressed": "false", click: (event) => {
    kind = code;
    for (const one of kinds.children) { one.setAttribute("aria-pressed", "false"); one.classList.remove("primary"); }
    const chosen = event.currentTarget as HTMLElement;
    chosen.setAttribute("aria-pressed", "true");
    chosen.classList.add("primary");
    go.disabled = false;
  } }, icon(sign), w(word))));
  return h("div", { class: "stack" }, h("a", { class: "button quiet", href: `#/stop/${stop.id}` }, icon("arrow-left"), w("back")),
    h("h1", {}, w("problem")), h("p", { class: "label" }, w("what")), kinds, field(w("describe"), words), shot, go);
}

function label(kind: string): string {
  const found = KINDS.find(([code]) => code === kind);
  return found ? w(found[1]) : kind;
}

export function languages(app: App): Node {
  return h("div", { class: "stack" }, h("h1", {}, w("language")), h("div", { class: "grid" },
    ...Object.entries(LANGUAGES).map(([code, one]) => h("button", { class: `button ${code === spoken() ? "primary" : "secondary"}`, type: "button", lang: code,
      click: () => { choose(code); app.go("#/"); app.draw(); } }, one.name))),
    h("form", { method: "post", action: "/logout", "data-logout": true }, h("input", { type: "hidden", name: "_csrf", value: meta("rt-token") }),
      h("button", { class: "button danger wide", type: "submit" }, icon("log-out"), w("sign_out"))));
}
