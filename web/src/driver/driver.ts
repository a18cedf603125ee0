// The driver's app: one page that works from what the device keeps and sends when it can.

import { attach as ring } from "../bell";
import { meta } from "../island";
import { forget, hideOldNews, keepOffline, leaveNothing } from "../offline";
import { guard } from "../trusted";
import { Keep } from "../outbox/keep";
import { Outbox } from "../outbox/outbox";
import { PortalWire } from "../outbox/wire";
import type { App } from "./app";
import { ahead, learn } from "./clock";
import { h, icon } from "./dom";
import { languages, mine, officer, problem } from "./more";
import { marked, MARKS, type Marks } from "./changed";
import { stops, type Day } from "./model";
import { screen } from "./sign";
import { begin, moment, w } from "./speech";
import { card, list } from "./stop";

const ASK_AGAIN_MS = 120_000;
const OWNER = "rt-driver-owner";

guard(window as unknown as Parameters<typeof guard>[0]);

async function start(place: HTMLElement): Promise<void> {
  begin(document.documentElement.lang);
  const owner = meta("rt-owner");
  await leaveOthers(owner);
  void navigator.storage?.persist?.();
  const keep = await Keep.open(owner);
  const wire = new PortalWire(meta("rt-token"), owner);
  const outbox = new Outbox(keep, wire);
  const app: App = {
    keep, outbox, day: await keep.day<Day>(), entries: await keep.entries(), stops: [], marks: await keep.draft<Marks>(MARKS) ?? {},
    draw: () => void draw(app, place), go: (path) => { location.hash = path; },
  };
  outbox.addEventListener("change", () => void changed(app, place));
  addEventListener("hashchange", app.draw);
  addEventListener("online", () => { void outbox.hurry(); void fetchDay(app, place); });
  addEventListener("offline", () => bar(app));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { void outbox.drain(); void fetchDay(app, place); } });
  setInterval(() => void fetchDay(app, place), ASK_AGAIN_MS);
  document.querySelectorAll<HTMLElement>("[data-island=bell]").forEach(ring);
  keepOffline();
  hideOldNews();
  await draw(app, place);
  await fetchDay(app, place);
  void outbox.hurry();
}

/** Another person's day does not stay on a shared device; what they have not sent stays sealed to them until they return. */
async function leaveOthers(owner: string): Promise<void> {
  const before = localStorage.getItem(OWNER);
  localStorage.setItem(OWNER, owner);
  if (!before || before === owner) return;
  const theirs = await Keep.open(before);
  const waiting = (await theirs.entries()).length;
  if (waiting) await theirs.keepDay(undefined);
  theirs.close();
  if (!waiting) await forget(before);
}

/** What has just been sent is no longer waiting: it must stand in the day before it leaves the queue's view. */
async function changed(app: App, place: HTMLElement): Promise<void> {
  const left = (await app.keep.entries()).length;
  if (left < app.entries.length && await fetchDay(app, place)) return;
  await refresh(app, place);
}

/** Ask for the day; whether it came and is drawn. */
async function fetchDay(app: App, place: HTMLElement): Promise<boolean> {
  try {
    const answer = await fetch("/day.json", { credentials: "same-origin", headers: { accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) { app.outbox.signedOut = true; bar(app); return false; }
    if (!answer.ok) return false;
    const day = (await answer.json()) as Day;
    learn(day.fetched_at, app.day?.fetched_at);
    app.marks = marked(app.day, day, app.marks);
    app.day = day;
    await app.keep.keepDay(app.day);
    await app.keep.keepDraft(MARKS, app.marks);
    await refresh(app, place);
    return true;
  } catch {
    bar(app);
    return false;
  }
}

async function refresh(app: App, place: HTMLElement): Promise<void> {
  app.entries = await app.keep.entries();
  // A form being filled is not drawn anew under the driver's hand.
  if (/^#\/(sign|problem)\//.test(location.hash)) { bar(app); return; }
  await draw(app, place);
}

async function draw(app: App, place: HTMLElement): Promise<void> {
  app.stops = app.day ? stops(app.day, app.entries) : [];
  const [, name = "", tour = "", position = ""] = location.hash.split("/");
  const stop = app.stops.find((one) => one.id === `${tour}/${position}`);
  const shown = !app.day ? h("p", { role: "status" }, navigator.onLine ? w("loading") : w("offline"))
    : name === "stop" && stop ? card(app, stop)
    : name === "sign" && stop ? await screen(app, stop)
    : name === "problem" && stop ? problem(app, stop)
    : name === "officer" ? officer(app)
    : name === "mine" ? mine(app)
    : name === "language" ? languages(app)
    : list(app);
  place.replaceChildren(shown);
  leaveNothing();
  tabs();
  bar(app);
}

function tabs(): void {
  const at = location.hash.split("/")[1] ?? "";
  const entry = (path: string, sign: string, label: string, current: boolean): HTMLElement =>
    h("a", { href: path, "aria-current": current ? "page" : undefined }, icon(sign), label);
  document.getElementById("driver-tabs")?.replaceChildren(
    entry("#/", "route", w("today"), ["", "stop", "sign", "problem"].includes(at)),
    entry("#/officer", "shield-check", w("officer"), at === "officer"),
    entry("#/mine", "list-checks", w("mine"), at === "mine"),
    entry("#/language", "languages", w("language"), at === "language"));
}

/** Whether there is network, what waits, how old the day is: always in sight, in words. */
function bar(app: App): void {
  const waiting = app.entries.length;
  const refused = app.entries.some((entry) => entry.mood === "refused");
  const state = app.outbox.signedOut ? w("reconnect") : refused ? w("refused_by") : waiting ? `${waiting} ${w("waiting")}` : w("all_sent");
  const line = document.getElementById("driver-sync");
  line?.replaceChildren(
    h("a", { class: `badge ${refused || app.outbox.signedOut ? "bad" : waiting ? "warn" : "ok"}`, href: "#/mine" }, icon(waiting ? "hourglass" : "check-check"), state),
    h("span", { class: `badge ${navigator.onLine ? "idle" : "warn"}` }, icon(navigator.onLine ? "wifi" : "wifi-off"), navigator.onLine ? w("online") : w("offline")),
    ahead() ? h("span", { class: "badge warn" }, icon("clock-alert"), w("clock_wrong")) : "",
    app.day && !navigator.onLine ? h("span", { class: "small" }, `${w("seen_at")} ${moment(app.day.fetched_at)}`) : "");
}

const place = document.getElementById("driver");
if (place) void start(place);
