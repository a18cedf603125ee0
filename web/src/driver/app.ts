// What every screen of the driver's app has at hand.

import type { Entry, Keep } from "../outbox/keep";
import type { Given, Outbox } from "../outbox/outbox";
import { say } from "../toast";
import type { Marks } from "./changed";
import type { Day, Stop } from "./model";
import { w } from "./speech";

export interface App {
  keep: Keep;
  outbox: Outbox;
  day: Day | undefined;
  entries: Entry[];
  stops: Stop[];
  marks: Marks;
  draw: () => void;
  go: (path: string) => void;
}

/** Keep what was given; a full device is said, nothing is thrown away. */
export async function give(app: App, given: Given): Promise<boolean> {
  try {
    await app.outbox.give(given);
    say(w("kept"));
    return true;
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "QuotaExceededError") { say(w("full")); return false; }
    throw fault;
  }
}
