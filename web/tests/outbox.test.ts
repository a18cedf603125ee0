// What the outbox promises: order per document, once, through any network, over a killed app.

import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { erase, Keep, unsent, type Entry } from "../src/outbox/keep";
import { backoff, Outbox, ready, verdict, type Answer, type Wire } from "../src/outbox/outbox";

const OK: Answer = { status: 200, code: "", messages: {} };
const HELD: Answer = { status: 425, code: "held_back", messages: {} };
const REFUSED: Answer = { status: 409, code: "already_signed", messages: { fr: "Déjà signé.", en: "Already signed." } };

class Line implements Wire {
  sent: string[] = [];
  up = true;
  answers = new Map<string, Answer>();
  parcels = 0;
  /** As the portal answers: after a refusal nothing else about that document. */
  commands(entries: readonly Entry[]): Promise<Answer[] | undefined> {
    if (!this.up) return Promise.resolve(undefined);
    this.parcels += 1;
    const stopped = new Set<string>();
    return Promise.resolve(entries.map((entry) => {
      if (stopped.has(entry.document)) return HELD;
      const answer = this.answers.get(entry.name) ?? OK;
      if (answer.status < 300) this.sent.push(entry.name);
      else stopped.add(entry.document);
      return answer;
    }));
  }
  photo(photo: { id: string }): Promise<Answer | undefined> {
    if (!this.up) return Promise.resolve(undefined);
    this.sent.push(`photo ${photo.id}`);
    return Promise.resolve(OK);
  }
}

let people = 0;
let running: Outbox[] = [];
// The clock stands still, so a timer that waits for it would be set again for ever after a test that failed.
afterEach(() => { for (const outbox of running) outbox.stop(); running = []; });
async function made(): Promise<{ keep: Keep; line: Line; outbox: Outbox; clock: { now: number } }> {
  const keep = await Keep.open(`person${people++}`);
  const line = new Line();
  const clock = { now: 1_000_000 };
  const outbox = new Outbox(keep, line, () => clock.now, () => 0);
  running.push(outbox);
  return { keep, line, clock, outbox };
}
const given = (name: string, document = "doc1"): { name: string; document: string; body: Record<string, unknown>; label: string } =>
  ({ name, document, body: {}, label: name });

test("commands of one document leave in the order they were given", async () => {
  const { line, outbox } = await made();
  line.up = false;
  for (const name of ["arrive", "sign", "depart"]) await outbox.give(given(name));
  await outbox.drain();
  line.up = true;
  await outbox.hurry();
  assert.deepEqual(line.sent, ["arrive", "sign", "depart"]);
  outbox.stop();
});

test("a refused command holds back those after it on its document and no other", async () => {
  const { line, outbox } = await made();
  line.answers.set("sign", REFUSED);
  for (const one of [given("sign"), given("depart"), given("arrive", "doc2")]) await outbox.give(one);
  await outbox.drain();
  assert.deepEqual(line.sent, ["arrive"]);
  const [first, second] = await outbox.entries();
  assert.equal(first!.mood, "refused");
  assert.equal(first!.refusal!.messages["fr"], "Déjà signé.");
  assert.equal(second!.mood, "waiting");
  await outbox.giveUp(first!.seq);
  assert.deepEqual(line.sent, ["arrive", "depart"]);
  outbox.stop();
});

test("photos arrive before the command that cites them, and leave the device after it", async () => {
  const { keep, line, outbox } = await made();
  await outbox.give({ ...given("sign"), photos: [{ id: "p1", blob: new Blob(["x"]), about: {} }] });
  await outbox.drain();
  assert.deepEqual(line.sent, ["photo p1", "sign"]);
  assert.equal(await keep.photo("p1"), undefined);
  outbox.stop();
});

test("what was given is there after the app was killed, with the time it happened", async () => {
  const { keep, line, outbox, clock } = await made();
  line.up = false;
  await outbox.give({ ...given("sign"), happened_at: new Date("2026-11-22T10:00:00Z") });
  await outbox.drain();
  outbox.stop();
  keep.close();
  const back = await Keep.open(keep.owner);
  const [entry] = await back.entries();
  assert.equal(entry!.happened_at, "2026-11-22T10:00:00.000Z");
  assert.ok(entry!.next_try > clock.now);
  const later = new Line();
  const again = new Outbox(back, later, () => clock.now, () => 0);
  await again.hurry();
  assert.deepEqual(later.sent, ["sign"]);
  assert.equal(entry!.id.length > 20, true);
  again.stop();
});

test("a person signed out sends nothing until they are back", async () => {
  const { line, outbox } = await made();
  line.answers.set("sign", { status: 401, code: "unauthorized", messages: {} });
  await outbox.give(given("sign"));
  await outbox.give(given("arrive", "doc2"));
  await outbox.drain();
  assert.deepEqual(line.sent, []);
  assert.equal((await outbox.entries()).every((entry) => entry.mood === "waiting"), true);
  line.answers.clear();
  await outbox.hurry();
  assert.deepEqual(line.sent.sort(), ["arrive", "sign"]);
  outbox.stop();
});

test("erasing leaves nothing of a person", async () => {
  const { keep, line, outbox } = await made();
  line.up = false;
  await outbox.give(given("sign"));
  await outbox.drain();
  await keep.keepDay({ secret: 1 });
  outbox.stop();
  await erase(keep.owner);
  assert.equal(await unsent(keep.owner), 0);
  assert.equal(await (await Keep.open(keep.owner)).day(), undefined);
});

test("waits double up to five minutes and never leave together", () => {
  assert.deepEqual([1, 2, 3, 9, 20].map((tries) => backoff(tries, 0)), [2000, 4000, 8000, 300000, 300000]);
  assert.equal(backoff(1, 1), 1500);
});

test("a hundred and fifty commands leave in two parcels, in their order", async () => {
  const { line, outbox } = await made();
  outbox.signedOut = true;
  const names = Array.from({ length: 150 }, (_, n) => `step${n}`);
  for (const [n, name] of names.entries()) await outbox.give(given(name, `doc${n % 7}`));
  await outbox.drain();
  assert.equal(line.parcels, 0);
  await outbox.hurry();
  assert.deepEqual(line.sent, names);
  assert.equal(line.parcels, 2);
  outbox.stop();
});

test("a photo that does not get through keeps back its document and no other", async () => {
  const { line, outbox } = await made();
  line.photo = () => Promise.resolve(undefined);
  await outbox.give({ ...given("sign"), photos: [{ id: "p1", blob: new Blob(["x"]), about: {} }] });
  await outbox.give(given("depart"));
  await outbox.give(given("arrive", "doc2"));
  await outbox.drain();
  assert.deepEqual(line.sent, ["arrive"]);
  assert.deepEqual((await outbox.entries()).map((entry) => entry.mood), ["waiting", "waiting"]);
  outbox.stop();
});

test("what waits or was refused holds back what follows on its document", () => {
  const entry = (seq: number, document: string, next_try = 0): Entry =>
    ({ seq, id: String(seq), name: "x", document, happened_at: "", body: {}, photos: [], mood: "waiting", tries: 0, next_try, label: "" });
  const queue = [entry(3, "a"), entry(1, "a"), entry(2, "b", 50), entry(4, "b"), { ...entry(5, "c"), mood: "refused" as const }, entry(6, "c")];
  assert.deepEqual(ready(queue, 10).map((one) => one.seq), [1, 3]);
});

test("answers are judged by what trying again would change", () => {
  const judged = [undefined, 200, 303, 401, 403, 404, 408, 409, 422, 425, 429, 500, 503].map((status) => verdict(status ? { status, code: "", messages: {} } : undefined));
  assert.deepEqual(judged, ["later", "sent", "later", "signed_out", "refused", "refused", "later", "refused", "refused", "held", "later", "later", "later"]);
});
