// The outbox: commands given on the device leave it in their order, once, whatever the network does.

import type { Entry, Keep, Photo } from "./keep";

export interface Answer { status: number; code: string; messages: Record<string, string>; retry_after_ms?: number }

/** How the outbox reaches the portal: one answer for each command. `undefined` means that no answer came. */
export interface Wire {
  commands(entries: readonly Entry[]): Promise<Answer[] | undefined>;
  photo(photo: Photo): Promise<Answer | undefined>;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;

/** Twice as long each time, up to five minutes; up to a quarter less, so that phones do not come back together. */
export function backoff(tries: number, chance: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS) * (1 - chance / 4);
}

/** What the portal takes at once. */
const PARCEL_COMMANDS = 100;
const PARCEL_BYTES = 6_000_000;

/** The commands that may leave now, in their order, as many as go at once; one that must wait or was refused holds
 * back those after it on its document. */
export function ready(entries: readonly Entry[], now: number): Entry[] {
  const held = new Set<string>();
  const leaving: Entry[] = [];
  let bytes = 0;
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) {
    if (held.has(entry.document)) continue;
    if (entry.mood !== "waiting" || entry.next_try > now) {
      held.add(entry.document);
      continue;
    }
    bytes += JSON.stringify(entry.body).length;
    if (leaving.length && (leaving.length === PARCEL_COMMANDS || bytes > PARCEL_BYTES)) break;
    leaving.push(entry);
  }
  return leaving;
}

export function fresh(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export type Verdict = "sent" | "refused" | "later" | "held" | "signed_out";

/** What an answer means. 425 waits for an earlier command, 408, 429 and faults of the server pass, 401 waits for the
 * person; other 4xx stand. */
export function verdict(answer: Answer | undefined): Verdict {
  if (!answer) return "later";
  if (answer.status === 425) return "held";
  if (answer.status < 300) return "sent";
  if (answer.status === 401) return "signed_out";
  if (answer.status >= 500 || answer.status < 400 || [408, 429].includes(answer.status)) return "later";
  return "refused";
}

export interface Given {
  name: string;
  document: string;
  body: Record<string, unknown>;
  label: string;
  /** Photos that the body cites by id; they are sent before it. */
  photos?: Omit<Photo, "sent">[];
  happened_at?: Date;
  id?: string;
}

export class Outbox extends EventTarget {
  private draining: Promise<void> | undefined;
  /** Something was given while a drain was about to end. */
  private asked = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  signedOut = false;

  constructor(
    private readonly keep: Keep,
    private readonly wire: Wire,
    private readonly clock: () => number = Date.now,
    private readonly chance: () => number = Math.random,
  ) {
    super();
  }

  /** Keep a command; when this resolves it is on the device's disk. Photos first, so that none is cited and missing. */
  async give(given: Given): Promise<Entry> {
    for (const photo of given.photos ?? []) await this.keep.keepPhoto({ ...photo, sent: false });
    const entry = await this.keep.add({
      id: given.id ?? fresh(),
      name: given.name,
      document: given.document,
      happened_at: (given.happened_at ?? new Date(this.clock())).toISOString(),
      body: given.body,
      photos: (given.photos ?? []).map((photo) => photo.id),
      mood: "waiting",
      tries: 0,
      next_try: 0,
      label: given.label,
    });
    this.changed();
    void this.drain();
    return entry;
  }

  entries(): Promise<Entry[]> { return this.keep.entries(); }

  /** Try everything that waits, now: the network came back or the person asked. */
  async hurry(): Promise<void> {
    for (const entry of await this.keep.entries()) {
      if (entry.mood === "waiting" && entry.next_try) await this.keep.change({ ...entry, next_try: 0 });
    }
    this.signedOut = false;
    await this.drain();
  }

  async again(seq: number): Promise<void> {
    const entry = (await this.keep.entries()).find((one) => one.seq === seq);
    if (!entry) return;
    const { refusal: _answered, ...rest } = entry;
    await this.keep.change({ ...rest, mood: "waiting", next_try: 0 });
    this.changed();
    await this.drain();
  }

  async giveUp(seq: number): Promise<void> {
    const entry = (await this.keep.entries()).find((one) => one.seq === seq);
    if (!entry) return;
    for (const photo of entry.photos) await this.keep.dropPhoto(photo);
    await this.keep.drop(seq);
    this.changed();
    await this.drain();
  }

  /** Send what may leave until nothing may; one drain at a time, over all tabs where the browser can. */
  drain(): Promise<void> {
    if (this.draining) {
      this.asked = true;
      return this.draining;
    }
    this.asked = false;
    this.draining = this.alone(() => this.sendAll()).finally(() => { this.draining = undefined; }).then(() => (this.asked ? this.drain() : undefined));
    return this.draining;
  }

  private alone(work: () => Promise<void>): Promise<void> {
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    return locks ? (locks.request(`rt-outbox-${this.keep.owner}`, work) as Promise<void>) : work();
  }

  private async sendAll(): Promise<void> {
    while (!this.signedOut) {
      const leaving = ready(await this.keep.entries(), this.clock());
      if (!leaving.length) break;
      await this.send(leaving);
    }
    await this.wake();
  }

  /** One parcel: the photos of its commands first; a command whose photo did not get through stays, and so do those
   * after it on its document. */
  private async send(entries: readonly Entry[]): Promise<void> {
    const stopped = new Set<string>();
    const parcel: Entry[] = [];
    for (const entry of entries) {
      if (stopped.has(entry.document) || this.signedOut) continue;
      const answer = await this.sendPhotos(entry);
      if (answer) {
        stopped.add(entry.document);
        await this.settle(entry, answer);
      } else {
        parcel.push(entry);
      }
    }
    if (parcel.length && !this.signedOut) {
      const answers = await this.wire.commands(parcel);
      for (const [index, entry] of parcel.entries()) await this.settle(entry, answers?.[index]);
    }
    this.changed();
  }

  private async settle(entry: Entry, answer: Answer | undefined): Promise<void> {
    switch (verdict(answer)) {
      case "sent":
        for (const photo of entry.photos) await this.keep.dropPhoto(photo);
        await this.keep.drop(entry.seq);
        break;
      case "signed_out":
        this.signedOut = true;
        break;
      case "refused":
        await this.keep.change({ ...entry, mood: "refused", refusal: { status: answer!.status, code: answer!.code, messages: answer!.messages } });
        break;
      case "held":
        break;
      case "later": {
        const tries = entry.tries + 1;
        const wait = Math.max(answer?.retry_after_ms ?? 0, backoff(tries, this.chance()));
        await this.keep.change({ ...entry, tries, next_try: this.clock() + wait });
      }
    }
  }

  /** The first photo that does not get through speaks for the command; nothing when all are there. */
  private async sendPhotos(entry: Entry): Promise<Answer | undefined> {
    for (const id of entry.photos) {
      const photo = await this.keep.photo(id);
      if (!photo || photo.sent) continue;
      const answer = (await this.wire.photo(photo)) ?? { status: 503, code: "offline", messages: {} };
      if (verdict(answer) !== "sent") return answer;
      await this.keep.keepPhoto({ ...photo, sent: true });
    }
    return undefined;
  }

  private async wake(): Promise<void> {
    clearTimeout(this.timer);
    const waiting = (await this.keep.entries()).filter((entry) => entry.mood === "waiting").map((entry) => entry.next_try);
    if (waiting.length && !this.signedOut) {
      this.timer = setTimeout(() => void this.drain(), Math.max(0, Math.min(...waiting) - this.clock()));
    }
  }

  stop(): void { clearTimeout(this.timer); }

  private changed(): void { this.dispatchEvent(new Event("change")); }
}
