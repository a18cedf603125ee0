// The driver's day: stops as planned, notes as signed, and what waits on the device, put together.

import type { Entry } from "../outbox/keep";

export interface Site {
  name: string;
  address: { street: string; postal_code: string; city: string; country: string };
  contact: { name: string; phone: string; email: string };
  latitude?: number | null;
  longitude?: number | null;
  instructions: string;
}
export type Party = "sender" | "carrier" | "successor" | "consignee";
export type Kind = "pickup" | "delivery";
export type Step = "takeover" | "handover" | "delivery";
/** A leg that travels under a note: what is signed at its ends, and which leg goes on from there. */
export interface NoteLeg {
  leg_id: string; carrier_name: string; pickup_name: string; pickup_city: string; delivery_name: string; delivery_city: string;
  vehicle_plate: string; takes: Step; gives: Step; next_leg_id: string; taken_over_at: string | null; given_over_at: string | null; handover_hash: string;
}
export interface PlannedStop {
  position: number; job_id: string; order_id: string; reference: string; kind: Kind; site: Site;
  arrives_at: string; window_from: string; window_until: string; weight_kg: number; pallets: number; goods_text: string; requirements: string[]; transfer?: boolean; ferries?: { name: string; minutes: number }[];
}
export interface Tour { tour_id: string; day: string; vehicle_plate: string; driver_name: string; stops: PlannedStop[] }
export interface Note {
  document_id: string; order_id: string; number: string; content_hash: string; state: string; kind: "national" | "cmr";
  pallets_counted: number; pallets_usual: number; takeover_hash: string; delivery_hash: string;
  sender_name: string; carrier_name: string; consignee_name: string; verification_url: string;
  times: { stop: Kind; moment: "arrived" | "departed"; happened_at: string; leg_id?: string }[];
  legs?: NoteLeg[]; held_by?: string;
  signatures: { party: Party; name: string; step: string; happened_at: string; way: "own_account" | "collected" | "link"; leg_id?: string }[];
  reserves_made: { text: string; line: number; step: string }[];
  mentions: { code: string; fr: string; en: string; value: string; present: boolean }[];
  consignment: {
    goods: { line: number; marks: string; goods: { description: string; quantity: number; package_code: string; weight_kg: number; un_number: string } }[];
    vehicle_plate: string; trailer_plate: string; instructions: string;
  };
}
export interface Paper { name: string; number: string; valid_until?: string | null }
/** GET /day.json: contract views as they are, and when the portal asked for them. */
export interface Day { fetched_at: string; day: { driver_id: string; driver_name: string; tours: Tour[] }; documents: Note[]; papers: Paper[] }

export type Done = "" | "arrived" | "signed" | "departed";
/** `taking` is the leg that a handover at the stop is to; `step` what is signed there. */
export interface Stop extends PlannedStop { id: string; note?: Note; leg?: NoteLeg; step: Step; taking: string; plate: string; arrived_at?: string; signed_at?: string; departed_at?: string; done: Done }

const STEP: Record<Kind, Step> = { pickup: "takeover", delivery: "delivery" };
export const SIGNING: Record<Step, string> = { takeover: "SignTakeover", handover: "SignHandover", delivery: "SignDelivery" };

/** Every stop in driving order, with what happened there: known to the service or still on the device. */
export function stops(day: Day, entries: readonly Entry[]): Stop[] {
  return day.day.tours.flatMap((tour) => tour.stops.flatMap((planned) => {
    const notes = travelling(day.documents, planned);
    return notes.length ? notes.map((note, place) => stop(tour, planned, note, place, day, entries)) : [stop(tour, planned, undefined, 0, day, entries)];
  }));
}

/** The notes signed at a stop: the order's own, or those of the orders that it is a leg of, as far as their goods are there. */
function travelling(notes: readonly Note[], planned: PlannedStop): Note[] {
  const found = notes.filter((one) => one.order_id === planned.order_id || legOf(one, planned));
  const here = found.filter((one) => {
    const leg = legOf(one, planned);
    const [name, city] = planned.kind === "pickup" ? [leg?.pickup_name, leg?.pickup_city] : [leg?.delivery_name, leg?.delivery_city];
    return name === planned.site.name && city === planned.site.address.city;
  });
  return here.length ? here : found;
}

function legOf(note: Note, planned: PlannedStop): NoteLeg | undefined {
  return note.legs?.find((leg) => leg.leg_id === planned.order_id);
}

function stop(tour: Tour, planned: PlannedStop, note: Note | undefined, place: number, day: Day, entries: readonly Entry[]): Stop {
  const leg = note && legOf(note, planned);
  const step = leg ? (planned.kind === "pickup" ? leg.takes : leg.gives) : STEP[planned.kind];
  const taking = step !== "handover" || !leg ? "" : planned.kind === "pickup" ? leg.leg_id : leg.next_leg_id;
  const own = entries.filter((entry) => note && entry.document === note.document_id);
  const given = (name: string): string | undefined =>
    own.find((entry) => entry.name === name && (entry.body["stop"] ?? planned.kind) === planned.kind &&
      [undefined, name === "SignHandover" ? taking : leg?.leg_id].includes(entry.body["leg_id"] as string | undefined))?.happened_at;
  const told = (moment: string): string | undefined =>
    note?.times.find((time) => time.stop === planned.kind && time.moment === moment && (time.leg_id ?? "") === (step === "handover" ? leg?.leg_id : ""))?.happened_at;
  const arrived = told("arrived") ?? given("RecordArrival");
  const signed = (note && (leg && step === "handover" ? passed(note, leg, planned.kind) : taken(note, planned.kind) ? by(note, step)?.happened_at : undefined)) ?? given(SIGNING[step]);
  const departed = told("departed") ?? given("RecordDeparture");
  return {
    ...planned,
    id: `${tour.tour_id}/${planned.position}${place ? `.${place}` : ""}`,
    step, taking,
    ...(leg ? { leg } : {}),
    plate: tour.vehicle_plate,
    ...(note ? { note } : {}),
    ...(arrived ? { arrived_at: arrived } : {}),
    ...(signed ? { signed_at: signed } : {}),
    ...(departed ? { departed_at: departed } : {}),
    done: planned.transfer ? (leftBehind(tour, planned, day.documents) ? "departed" : "") : departed ? "departed" : signed ? "signed" : arrived ? "arrived" : "",
  };
}

/** Where goods change trucks nothing is signed: it is over once the truck has been at a later stop. */
function leftBehind(tour: Tour, transfer: PlannedStop, notes: readonly Note[]): boolean {
  const later = tour.stops.filter((one) => one.position > transfer.position && !one.transfer);
  return later.some((one) => notes.some((note) => (note.order_id === one.order_id || legOf(note, one)) && note.times.some((time) => time.stop === one.kind)));
}

/** Whether the carrier's side has done its part: a sender who signed in advance still waits for the driver. */
function taken(note: Note, kind: Kind): boolean {
  return note.state === "delivered" || (kind === "pickup" && note.state === "in_transport");
}

/** Truck and trailer that have the goods: of the leg that holds them, else as the note says. */
export function plates(note: Note): [truck: string, trailer: string] {
  const { vehicle_plate, trailer_plate } = note.consignment;
  const held = note.legs?.find((leg) => leg.leg_id === note.held_by)?.vehicle_plate;
  return held && held !== vehicle_plate ? [held, ""] : [vehicle_plate, trailer_plate];
}

/** When the goods changed trucks: who takes them has to sign; who brings them has done so once anything is signed. */
function passed(note: Note, leg: NoteLeg, kind: Kind): string | undefined {
  if (kind === "pickup") return leg.taken_over_at ?? undefined;
  const next = note.legs?.find((one) => one.leg_id === leg.next_leg_id);
  return leg.given_over_at ?? (next?.handover_hash ? by(note, "handover", undefined, next.leg_id)?.happened_at : undefined);
}

/** The signature of a party at a step, or of whoever signed it first; of a handover that to leg `taking`, where it is told. */
export function by(note: Note, step: Step, party?: Party, taking = ""): Note["signatures"][number] | undefined {
  return note.signatures.find((one) => one.step === step && (!party || one.party === party) && (!taking || !one.leg_id || one.leg_id === taking));
}

/** Who else signs at the stop, and as whom the driver does: at a handover one carrier brings, the other takes. */
export function parties(stop: Stop): [other: Party, own: Party] {
  if (stop.step === "handover") return stop.kind === "pickup" ? ["carrier", "successor"] : ["successor", "carrier"];
  return [stop.step === "takeover" ? "sender" : "consignee", "carrier"];
}

/** The stop that the one big button is about. */
export function upcoming(all: readonly Stop[]): Stop | undefined {
  return all.find((one) => one.done !== "departed");
}

/** Stops as they are listed: those left behind come last, in their order. */
export function awaitedFirst(all: readonly Stop[]): Stop[] {
  return [...all.filter((one) => one.done !== "departed"), ...all.filter((one) => one.done === "departed")];
}

const EMPTY_WORDS = /d[ée]ballage|unpacking|sous r[ée]serve|subject to|vorbehalt|salvo examen|salvo verifica|divers|abim[ée]s?$|mauvais [ée]tat|bad condition/i;

/** Case law disregards reserves that say neither what nor how much; the service judges again. */
export function vague(text: string, counted: number): boolean {
  const plain = text.trim();
  if (!plain) return counted === 0;
  const measured = counted > 0 || /\d/.test(plain);
  return plain.length < 10 || !measured || (EMPTY_WORDS.test(plain) && plain.length < 40);
}

/** Opens the phone's own navigation: by coordinates where there are any. */
export function wayTo(site: Site): string {
  const address = [site.address.street, `${site.address.postal_code} ${site.address.city}`, site.address.country].filter(Boolean).join(", ");
  if (site.latitude != null && site.longitude != null) return `geo:${site.latitude},${site.longitude}?q=${site.latitude},${site.longitude}(${encodeURIComponent(site.name)})`;
  return `geo:0,0?q=${encodeURIComponent(address)}`;
}
