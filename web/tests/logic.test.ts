// The islands' arithmetic: photos, signatures, the map, the driver's day, the words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { around, clustered, fits, inSight, projected, roadPath, spread, sides } from "../src/map";
import { drawn, inked } from "../src/pad";
import { fitted } from "../src/photos";
import { stepped } from "../src/finder";
import { latestFirst, type Opened } from "../src/recent";
import { marked } from "../src/driver/changed";
import { awaitedFirst, by, plates, stops, upcoming, vague, wayTo, type Day, type Note, type NoteLeg, type Step } from "../src/driver/model";
import { lacking, signing, type Draft } from "../src/driver/sign";
import { LANGUAGES, needed } from "../src/driver/speech";
import { fr } from "../src/driver/words/fr";
import { guard } from "../src/trusted";
import { told } from "../src/zone";

test("photos keep their shape within 2,000 pixels", () => {
  assert.deepEqual(fitted(4000, 3000), [2000, 1500]);
  assert.deepEqual(fitted(800, 600), [800, 600]);
  assert.deepEqual(fitted(10000, 3), [2000, 1]);
});

test("strokes become a path that the consignment note accepts: M and L alone", () => {
  assert.equal(inked([[[1, 2], [3.14159, 4]], [[5, 5]]]), "M1 2L3.1 4M5 5L5 5");
  assert.equal(drawn([[[0, 0], [5, 5]]]), false);
  assert.equal(drawn([[[0, 0], [80, 5]]]), true);
  assert.equal(drawn([Array.from({ length: 60 }, (_, i): [number, number] => [200 + (i % 2) * 3, 90])]), false, "scribbling on one spot");
});

test("Paris is where Mercator puts it, and a view holds all its places", () => {
  const [x, y] = projected(48.8566, 2.3522);
  assert.ok(Math.abs(x - 2074.76) < 0.1 && Math.abs(y - 1408.9) < 1, `${x} ${y}`);
  const places = [projected(48.86, 2.35), projected(43.3, 5.37)];
  const view = around(places, 1.6);
  for (const [px, py] of places) assert.ok(px > view.x && px < view.x + view.width && py > view.y && py < view.y + view.width / 1.6);
  assert.ok(Math.abs(spread(40_075_016.686, 0) - 4096) < 1e-6);
});

test("arrow keys go round what was found, and nowhere when nothing was", () => {
  assert.deepEqual([stepped(-1, 1, 3), stepped(2, 1, 3), stepped(0, -1, 3), stepped(-1, -1, 3), stepped(0, 1, 0)], [0, 0, 2, 2, -1]);
});

test("what was opened lately stands once, the latest first, and not for ever", () => {
  const one = (n: number): Opened => ({ path: `/orders/ord_${n}`, label: `D26-${n}`, kind: "" });
  const kept = [1, 2, 3, 1, 4, 5, 6, 7, 8, 9].reduce<Opened[]>((all, n) => latestFirst(all, one(n)), []);
  assert.deepEqual(kept.map((opened) => opened.label), [9, 8, 7, 6, 5, 4, 1, 3].map((n) => `D26-${n}`));
});

const site = { name: "Quai 4", address: { street: "1 rue A", postal_code: "69007", city: "Lyon", country: "FR" }, contact: { name: "Zoé", phone: "", email: "" }, instructions: "" };
const stop = (position: number, kind: "pickup" | "delivery"): Day["day"]["tours"][0]["stops"][0] => ({
  position, job_id: "j", order_id: "ord_1", reference: "R1", kind, site, arrives_at: "", window_from: "", window_until: "", weight_kg: 1, pallets: 2, goods_text: "", requirements: [],
});
const day: Day = {
  fetched_at: "", papers: [],
  day: { driver_id: "d", driver_name: "Karim", tours: [{ tour_id: "t1", day: "", vehicle_plate: "AA", driver_name: "Karim", stops: [stop(1, "pickup"), stop(2, "delivery")] }] },
  documents: [{
    document_id: "doc1", order_id: "ord_1", number: "N1", content_hash: "a".repeat(64), state: "new", kind: "national", pallets_counted: 4, pallets_usual: 6, takeover_hash: "", delivery_hash: "", sender_name: "", carrier_name: "", consignee_name: "", verification_url: "",
    times: [{ stop: "pickup", moment: "arrived", happened_at: "2026-11-22T08:00:00Z" }], signatures: [], reserves_made: [], mentions: [], consignment: { goods: [], vehicle_plate: "", trailer_plate: "", instructions: "" },
  }],
};

test("a sender who signed in advance still waits for the driver, who names what was signed", () => {
  const seen = "c".repeat(64);
  const signature = { party: "sender" as const, name: "Zoé", step: "takeover", happened_at: "2026-11-22T07:00:00Z", way: "own_account" as const };
  const note = { ...day.documents[0]!, state: "loading", takeover_hash: seen, signatures: [signature] };
  const [pickup] = stops({ ...day, documents: [note] }, []);
  assert.equal(pickup!.done, "arrived");
  const draft: Draft = { reserves: [], name: "", quality: "", alone: true, ink: "", driver_ink: "M1 1L80 80", pallets: { pallet_type: "EUR", delivered: 0, returned: 0, refused: 0, broken: 0 } };
  const body = signing(draft, pickup!, "Karim", new Date("2026-11-22T09:00:00Z"));
  assert.equal((body["signature"] as { party: string }).party, "carrier");
  assert.equal(body["countersigns"], seen);
  const taken = { ...note, state: "in_transport" };
  assert.equal(stops({ ...day, documents: [taken] }, [])[0]!.done, "signed");
});

test("what waits on the device counts as done there, at its own stop only", () => {
  const entry = { seq: 1, id: "1", name: "SignTakeover", document: "doc1", happened_at: "2026-11-22T08:20:00Z", body: {}, photos: [], mood: "waiting" as const, tries: 0, next_try: 0, label: "" };
  const [pickup, delivery] = stops(day, [entry]);
  assert.equal(pickup!.done, "signed");
  assert.equal(pickup!.signed_at, "2026-11-22T08:20:00Z");
  assert.equal(delivery!.done, "");
  assert.equal(upcoming([pickup!, delivery!])!.id, "t1/1");
  const left = { ...pickup!, done: "departed" as const };
  assert.deepEqual(awaitedFirst([left, delivery!]), [delivery, left]);
});

const legOf = (n: number, takes: Step, gives: Step, from: string, to: string, next = ""): NoteLeg => ({
  leg_id: `leg_${n}`, carrier_name: `Sub ${n}`, pickup_name: from, pickup_city: "Lyon", delivery_name: to, delivery_city: "Lyon", takes, gives, next_leg_id: next, vehicle_plate: `AA-00${n}`, taken_over_at: null, given_over_at: null, handover_hash: "",
});
const hub = { ...site, name: "Plateforme" };
const travelling: Note = { ...day.documents[0]!, state: "in_transport", times: [], legs: [legOf(0, "takeover", "handover", "Quai 4", "Plateforme", "leg_1"), legOf(1, "handover", "delivery", "Plateforme", "Quai 4")] };
const of = (leg: string, note: Note): Day => ({ ...day, documents: [note], day: { ...day.day, tours: [{ ...day.day.tours[0]!, stops: leg === "leg_0"
  ? [{ ...stop(1, "pickup"), order_id: leg }, { ...stop(2, "delivery"), order_id: leg, site: hub }]
  : [{ ...stop(1, "pickup"), order_id: leg, site: hub }, { ...stop(2, "delivery"), order_id: leg }] }] } });
const nothing: Draft = { reserves: [{ line: 1, text: "3 cartons mouillés", missing: 0, damaged: 3, photos: [] }], pallets: { pallet_type: "EUR", delivered: 2, returned: 0, refused: 0, broken: 0 }, name: "Nadia", quality: "", alone: false, ink: "M1 1L9 9", driver_ink: "M1 1L9 9" };

test("who brings the goods and who takes them sign the same handover, each as what it is", () => {
  const [, gives] = stops(of("leg_0", travelling), []);
  const [takes, delivers] = stops(of("leg_1", travelling), []);
  assert.deepEqual([gives!.step, takes!.step, delivers!.step], ["handover", "handover", "delivery"]);
  const at = new Date("2026-11-22T09:00:00Z");
  for (const [one, own, other] of [[gives!, "carrier", "successor"], [takes!, "successor", "carrier"]] as const) {
    const body = signing(nothing, one, "Karim", at);
    assert.equal(body["leg_id"], "leg_1");
    assert.equal((body["signature"] as { party: string }).party, other);
    assert.equal((body["countersignature"] as { party: string }).party, own);
    assert.equal("pallets" in body, false);
  }
  const alone = signing({ ...nothing, alone: true }, gives!, "Karim", at);
  assert.deepEqual(alone["reserves"], []);
  assert.equal((signing({ ...nothing, alone: true }, takes!, "Karim", at)["reserves"] as unknown[]).length, 1);
});

test("a handover is done for who takes the goods when they have signed, for who brings them when anybody has", () => {
  const next = { ...travelling.legs![1]!, handover_hash: "d".repeat(64) };
  const signature = { party: "carrier" as const, name: "Karim", step: "handover", happened_at: "2026-11-22T09:00:00Z", way: "own_account" as const };
  const begun: Note = { ...travelling, signatures: [signature], legs: [travelling.legs![0]!, next] };
  assert.equal(stops(of("leg_0", begun), [])[1]!.done, "signed");
  assert.equal(stops(of("leg_1", begun), [])[0]!.done, "");
  assert.equal(signing(nothing, stops(of("leg_1", begun), [])[0]!, "Karim", new Date())["countersigns"], "d".repeat(64));
  const taken: Note = { ...begun, legs: [{ ...begun.legs![0]!, given_over_at: "2026-11-22T09:10:00Z" }, { ...next, taken_over_at: "2026-11-22T09:10:00Z" }] };
  assert.equal(stops(of("leg_1", taken), [])[0]!.done, "signed");
  const entry = { seq: 1, id: "1", name: "SignHandover", document: "doc1", happened_at: "2026-11-22T08:20:00Z", body: { leg_id: "leg_1" }, photos: [], mood: "waiting" as const, tries: 0, next_try: 0, label: "" };
  assert.equal(stops(of("leg_1", travelling), [entry])[0]!.done, "signed");
});

test("who has signed one handover has not signed the next, which the truck then brings", () => {
  const three: Note = { ...travelling, legs: [legOf(0, "takeover", "handover", "Quai 4", "Plateforme", "leg_1"), legOf(1, "handover", "handover", "Plateforme", "Quai 4", "leg_2"), { ...legOf(2, "handover", "delivery", "Quai 4", "Quai 9"), handover_hash: "d".repeat(64) }] };
  const signed = (party: "carrier" | "successor", leg_id: string, at: string) => ({ party, name: party, step: "handover", happened_at: `2026-11-22T${at}:00Z`, way: "own_account" as const, leg_id });
  const note: Note = { ...three, signatures: [signed("successor", "leg_1", "09:00"), signed("carrier", "leg_2", "11:00")] };
  assert.equal(by(note, "handover", "successor", "leg_2"), undefined);
  assert.equal(by(note, "handover", "carrier", "leg_2")?.name, "carrier");
  assert.equal(stops(of("leg_1", note), [])[1]!.signed_at, "2026-11-22T11:00:00Z");
});

test("an officer reads the plate of the truck that has the goods", () => {
  assert.deepEqual(plates({ ...travelling, held_by: "leg_1" }), ["AA-001", ""]);
  assert.deepEqual(plates({ ...day.documents[0]!, consignment: { ...day.documents[0]!.consignment, vehicle_plate: "BB", trailer_plate: "CC" } }), ["BB", "CC"]);
});

test("a leg with several consignments has a stop for each of their notes", () => {
  const other: Note = { ...travelling, document_id: "doc2", order_id: "ord_2", number: "N2" };
  const both = { ...of("leg_0", travelling), documents: [travelling, other] };
  assert.deepEqual(stops(both, []).map((one) => [one.id, one.note?.number]), [["t1/1", "N1"], ["t1/1.1", "N2"], ["t1/2", "N1"], ["t1/2.1", "N2"]]);
});

test("a label on the map hides neither tools nor other labels, and is never cut", () => {
  const one = { x: 200, y: 300, width: 120 };
  assert.deepEqual(sides([one], 600, 400), ["right"]);
  assert.deepEqual(sides([{ ...one, x: 560 }], 600, 400), ["left"]);
  assert.deepEqual(sides([{ ...one, x: 480, y: 80 }], 600, 400), ["left"]);
  assert.deepEqual(sides([one, one], 600, 400), ["right", "left"]);
  assert.deepEqual(sides([one, one, one, one, one], 600, 400), ["right", "left", "below", "above", ""]);
  assert.deepEqual(sides([{ x: 20, y: 300, width: 900 }], 600, 400), [""]);
});

test("what an order asks for has words in every language of the driver", () => {
  for (const { words } of Object.values(LANGUAGES)) assert.ok(words.needs_tail_lift && words.needs_gdp);
  assert.equal(needed("temperature"), "Température dirigée");
  assert.equal(needed("of_tomorrow"), "of_tomorrow");
});

test("a reserve says what and how much, or it is vague", () => {
  assert.equal(vague("sous réserve de déballage", 0), true);
  assert.equal(vague("carton abîmé", 0), true);
  assert.equal(vague("3 cartons mouillés, face arrière de la palette 2", 0), false);
  assert.equal(vague("", 2), false);
});

test("a signing carries the hash that was seen and the time on the device", () => {
  const draft: Draft = { reserves: [], pallets: { pallet_type: "EUR", delivered: 2, returned: 0, refused: 0, broken: 0 }, name: " Zoé ", quality: "", alone: false, ink: "M1 1L9 9", driver_ink: "" };
  const body = signing(draft, stops(day, [])[1]!, "Karim", new Date("2026-11-22T09:00:00Z"));
  assert.equal(body["content_hash"], "a".repeat(64));
  assert.deepEqual(body["signature"], { party: "consignee", name: "Zoé", quality: "", method: "glass", image: "M1 1L9 9" });
  assert.equal("countersignature" in body, false);
  assert.equal(lacking(draft), "");
  assert.equal(lacking({ ...draft, ink: "" }), "need_ink");
  assert.equal(lacking({ ...draft, name: "" }), "need_name");
  assert.equal(lacking({ ...draft, alone: true }), "need_ink");
});

test("the way goes by coordinates where they are known", () => {
  assert.equal(wayTo({ ...site, latitude: 45.7, longitude: 4.8 }), "geo:45.7,4.8?q=45.7,4.8(Quai%204)");
  assert.match(wayTo(site), /^geo:0,0\?q=1%20rue%20A/);
});

test("nine languages say every word of the driver, none left in French by mistake", () => {
  assert.equal(Object.keys(LANGUAGES).length, 9);
  for (const [code, { words }] of Object.entries(LANGUAGES)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(fr).sort(), code);
    assert.ok(Object.values(words).every((word) => word.trim()), code);
    if (code !== "fr") assert.ok(Object.entries(words).filter(([key, word]) => fr[key as keyof typeof fr] === word).length < 15, code);
  }
});

test("no text becomes script, and no script comes from elsewhere", () => {
  let rules: Record<string, (text: string) => string> = {};
  guard({ location: { origin: "https://a.example" }, trustedTypes: { createPolicy: (_name, given) => { rules = given; } } });
  assert.throws(() => rules["createScript"]!("alert(1)"));
  assert.throws(() => rules["createScriptURL"]!("https://evil.example/static/built/x.js"));
  assert.throws(() => rules["createScriptURL"]!("/portal/x.js"));
  assert.equal(rules["createScriptURL"]!("/sw.js"), "/sw.js");
});

test("a window is told in the reader's zone, in Paris by the page itself", () => {
  const [from, until] = [new Date("2026-12-06T02:00:00Z"), new Date("2026-12-06T06:00:00Z")];
  assert.equal(told(from, until, "fr", "Europe/Paris"), undefined);
  assert.equal(told(from, until, "fr", "Europe/Madrid"), undefined);
  assert.match(told(from, until, "en", "America/New_York") ?? "", /5 Dec.*21:00.*6 Dec.*01:00/);
  assert.match(told(from, until, "fr", "Europe/Lisbon") ?? "", /6 déc.*02:00.*06:00/);
});

test("the phone marks what is other than when the driver last looked, and keeps what it was until it is seen", () => {
  const at = (hour: string): string => `2026-11-22T${hour}:00Z`;
  const timed = (number: number, kind: "pickup" | "delivery", hour: string): Day["day"]["tours"][0]["stops"][0] =>
    ({ ...stop(number, kind), window_from: at(hour), window_until: at(hour), arrives_at: at(hour) });
  const of = (...planned: Day["day"]["tours"][0]["stops"]): Day => ({ ...day, day: { ...day.day, tours: [{ ...day.day.tours[0]!, stops: planned }] } });
  const first = of(timed(0, "pickup", "08:00"), timed(1, "delivery", "10:00"));
  assert.deepEqual(marked(undefined, first, {}), {}, "the first day is no change");
  assert.deepEqual(marked(first, of(timed(0, "pickup", "08:10"), timed(1, "delivery", "10:00")), {}), {}, "some minutes are none");
  const later = marked(first, of(timed(0, "pickup", "09:00"), timed(1, "delivery", "10:00")), {});
  assert.deepEqual(Object.entries(later).map(([call, mark]) => [call, mark.what, mark.window_from]), [["ord_1/pickup", "changed", at("08:00")]]);
  const again = marked(of(timed(0, "pickup", "09:00"), timed(1, "delivery", "10:00")), of(timed(0, "pickup", "11:00"), timed(1, "delivery", "10:00")), later);
  assert.equal(again["ord_1/pickup"]!.window_from, at("08:00"), "what the driver saw, not what came between");
  const behind = marked(first, of(timed(0, "pickup", "08:00"), { ...timed(1, "delivery", "10:00"), arrives_at: at("12:00") }), {});
  assert.deepEqual(Object.entries(behind).map(([call, mark]) => [call, mark.what, mark.arrives_at]), [["ord_1/delivery", "changed", at("10:00")]], "an arrival alone is told as well");
  const more = { ...timed(2, "pickup", "12:00"), order_id: "ord_2" };
  assert.equal(marked(first, of(...first.day.tours[0]!.stops, more), {})["ord_2/pickup"]!.what, "new");
  assert.equal(marked(of(...first.day.tours[0]!.stops, more), first, {})["ord_2/pickup"]!.what, "gone");
  const other = { ...first, day: { ...first.day, tours: [...first.day.tours, { ...first.day.tours[0]!, tour_id: "t2", stops: [more] }] } };
  assert.deepEqual(marked(first, other, {}), {}, "the phone rang for a whole tour");
  assert.deepEqual(marked(other, first, { "ord_2/pickup": marked(first, of(more), {})["ord_2/pickup"]! }), {}, "a tour that is over leaves no marks");
});

test("where goods change trucks nothing is signed, and it is over with the next stop", () => {
  const transfer = { ...stop(0, "pickup"), transfer: true };
  const tour = { ...day.day.tours[0]!, stops: [transfer, stop(1, "delivery")] };
  const seen = (times: Day["documents"][0]["times"]): Day => ({ ...day, day: { ...day.day, tours: [tour] }, documents: [{ ...day.documents[0]!, times }] });
  assert.equal(stops(seen([{ stop: "pickup", moment: "departed", happened_at: "2026-11-22T08:00:00Z" }]), [])[0]!.done, "");
  assert.equal(stops(seen([{ stop: "delivery", moment: "arrived", happened_at: "2026-11-22T12:00:00Z" }]), [])[0]!.done, "departed");
});

test("the map asks for all roads of a few départements, for main roads of some countries, for none of all of Europe", () => {
  const lyon = around([projected(45.75, 4.85), projected(45.2, 5.7)], 1.6);
  const near = inSight(lyon, lyon.width / 1.6);
  assert.equal(near.level, "near");
  assert.ok(near.tiles.includes("near_4_45") && near.tiles.includes("near_5_45"));
  assert.ok(near.tiles.length <= 9, String(near.tiles.length));
  const france = around([], 1.6);
  const main = inSight(france, france.width / 1.6);
  assert.equal(main.level, "main");
  assert.ok(main.tiles.includes("main_-8_48") && main.tiles.length <= 24, String(main.tiles.length));
  assert.deepEqual(inSight({ x: 1800, y: 1200, width: 600 }, 400), { level: "", tiles: [] });
});

test("a road is drawn from its first point by its steps", () => {
  const [x, y] = projected(45, 4);
  const [u, v] = projected(45.5, 4.25);
  assert.equal(roadPath([[4000, 45000, 250, 500]]), `M${x.toFixed(3)} ${y.toFixed(3)}L${u.toFixed(3)} ${v.toFixed(3)}`);
});

test("a town's name hides no pin and no label", () => {
  assert.ok(fits([10, 10, 60, 26], [[100, 0, 160, 16]], 200, 100));
  assert.ok(!fits([10, 10, 110, 26], [[100, 0, 160, 16]], 200, 100));
  assert.ok(!fits([150, 50, 210, 66], [], 200, 100));
});

test("pins that lie on each other are one, every pin is in one group, and none that stands apart is in another's", () => {
  const spot = (x: number, y: number): { x: number; y: number; width: number } => ({ x, y, width: 50 });
  assert.deepEqual(clustered([spot(0, 0), spot(10, 5), spot(100, 0), spot(5, 0), spot(110, 8)]), [[0, 1, 3], [2, 4]]);
  const many = Array.from({ length: 300 }, (_, n) => spot((n * 37) % 400, (n * 91) % 300));
  const groups = clustered(many);
  assert.deepEqual(groups.flat().sort((a, b) => a - b), many.map((_, n) => n));
  for (const [first] of groups) for (const [other] of groups) {
    if (first !== other) assert.ok(Math.hypot(many[first!]!.x - many[other!]!.x, many[first!]!.y - many[other!]!.y) >= 24);
  }
});
