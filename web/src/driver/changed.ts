// What is other on the day than when the driver last looked: stops that came, moved or went, until they are seen.

import type { Day, PlannedStop, Tour } from "./model";

/** What a call was before; `new`: it was not there, `gone`: it is there no more. */
export interface Mark { what: "new" | "changed" | "gone"; label: string; window_from: string; window_until: string; place: string; plate: string }
/** By the call that they are about. */
export type Marks = Record<string, Mark>;

/** Where they are kept on the device. */
export const MARKS = "marks";
const TOLD_MS = 15 * 60_000;

export const callOf = (stop: PlannedStop): string => `${stop.order_id}/${stop.kind}${stop.transfer ? "/transfer" : ""}`;

function was(tour: Tour, stop: PlannedStop, what: Mark["what"]): Mark {
  const { name, address } = stop.site;
  return {
    what, label: `${stop.reference} · ${name || address.city}`, window_from: stop.window_from, window_until: stop.window_until,
    place: [name, address.street, `${address.postal_code} ${address.city}`].filter(Boolean).join(", "), plate: tour.vehicle_plate,
  };
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

function other(one: Call, two: Call): boolean {
  const moved = (name: "window_from" | "window_until" | "arrives_at"): boolean =>
    one.stop[name] !== two.stop[name] && Math.abs(Date.parse(one.stop[name]) - Date.parse(two.stop[name])) >= TOLD_MS;
  const [a, b] = [was(one.tour, one.stop, "changed"), was(two.tour, two.stop, "changed")];
  return a.place !== b.place || a.plate !== b.plate || moved("window_from") || moved("window_until") || moved("arrives_at");
}
