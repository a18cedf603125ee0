// What is other on the day than when the driver last looked: stops that came, moved or went, until they are seen.

import type { Day, PlannedStop, Tour } from "./model";

/** What a call was before; `new`: it was not there, `gone`: it is there no more. */
export interface Mark { what: "new" | "changed" | "gone"; label: string; window_from: string; window_until: string; arrives_at: string; place: string; plate: string }
/** By the call that they are about. */
export type Marks = Record<string, Mark>;

/** Where they are kept on the device. */
export const MARKS = "marks";
const TOLD_MS = 15 * 60_000;

export const callOf = (stop: PlannedStop): string => `${stop.order_id}/${stop.kind}${stop.transfer ? "/transfer" : ""}`;

/** Where a call is, in one line. */
export const placeOf = ({ site: { name, address } }: PlannedStop): string =>
  [name, address.street, `${address.postal_code} ${address.city}`].filter(Boolean).join(", ");

function was(tour: Tour, stop: PlannedStop, what: Mark["what"]): Mark {
  const { window_from, window_until, arrives_at, site } = stop;
  return { what, label: `${stop.reference} · ${site.name || site.address.city}`, window_from, window_until, arrives_at, place: placeOf(stop), plate: tour.vehicle_plate };
}

function calls(day: Day, known: (tour: Tour) => boolean): Map<string, { tour: Tour; stop: PlannedStop }> {
  return new Map(day.day.tours.filter(known).flatMap((tour) => tour.stops.map((stop) => [callOf(stop), { tour, stop }] as const)));
}

/** The marks with those of a day that has come. A tour that is new as a whole is no change: the phone rang for it. */
export function marked(before: Day | undefined, after: Day, kept: Marks): Marks {
  if (!before) return kept;
  const tours = new Set(before.day.tours.map((tour) => tour.tour_id));
  const own = calls(before, () => true);
  const now = calls(after, () => true);
  const marks: Marks = { ...kept };
  for (const [call, { tour, stop }] of now) {
    const earlier = own.get(call);
    if (!earlier) {
      if (tours.has(tour.tour_id)) marks[call] = was(tour, stop, "new");
    } else if (!(marks[call] && marks[call].what !== "gone") && other(earlier, { tour, stop })) {
      marks[call] = was(earlier.tour, earlier.stop, "changed");
    }
  }
  const running = new Set(after.day.tours.map((tour) => tour.tour_id));
  for (const [call, { tour, stop }] of own) {
    if (now.has(call)) continue;
    if (running.has(tour.tour_id)) marks[call] = was(tour, stop, "gone");
    else delete marks[call];
  }
  return marks;
}

type Call = { tour: Tour; stop: PlannedStop };

/** Whether a time is other by more than a driver is troubled with. */
export const moved = (one: string, two: string): boolean => Math.abs(Date.parse(one) - Date.parse(two)) >= TOLD_MS;

function other(one: Call, two: Call): boolean {
  const [a, b] = [was(one.tour, one.stop, "changed"), was(two.tour, two.stop, "changed")];
  return a.place !== b.place || a.plate !== b.plate || moved(a.window_from, b.window_from) || moved(a.window_until, b.window_until) || moved(a.arrives_at, b.arrives_at);
}
