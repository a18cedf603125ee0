// What the device keeps for one person: the day, what waits to be sent, photos and half-filled forms.

export type Mood = "waiting" | "refused";

/** One command as it was given on the device; `document` groups those whose order matters. */
export interface Entry {
  seq: number;
  id: string;
  name: string;
  document: string;
  happened_at: string;
  body: Record<string, unknown>;
  photos: string[];
  mood: Mood;
  tries: number;
  next_try: number;
  /** What the service answered when it refused: the sentence in French and English. */
  refusal?: { status: number; code: string; messages: Record<string, string> };
  label: string;
}

/** `about` says what the photo shows: it goes into the address that the photo is sent to. */
export interface Photo { id: string; blob: Blob; sent: boolean; about: Record<string, string> }

const STORES = ["day", "entries", "photos", "drafts"] as const;
type Store = (typeof STORES)[number];

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("IndexedDB"));
  });
}

export function databaseOf(owner: string): string {
  return `rt-${owner}`;
}

function opened(owner: string): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseOf(owner), 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("day");
    request.result.createObjectStore("entries", { keyPath: "seq", autoIncrement: true });
    request.result.createObjectStore("photos", { keyPath: "id" });
    request.result.createObjectStore("drafts");
  };
  return settled(request);
}

export class Keep {
  private constructor(private readonly database: IDBDatabase, readonly owner: string) {
    // Signing out in another tab deletes the database: do not stand in its way.
    database.onversionchange = () => database.close();
  }

  static async open(owner: string): Promise<Keep> {
    return new Keep(await opened(owner), owner);
  }

  /** One transaction; resolved when it is on disk (`strict`), so that a killed app has it. */
  private within<T>(store: Store, mode: IDBTransactionMode, act: (at: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((done, failed) => {
      const transaction = this.database.transaction(store, mode, { durability: "strict" });
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = () => failed(transaction.error ?? new Error("IndexedDB"));
    });
  }

  day<T>(): Promise<T | undefined> { return this.within("day", "readonly", (at) => at.get("day")); }
  async keepDay(day: unknown): Promise<void> { await this.within("day", "readwrite", (at) => at.put(day, "day")); }
  draft<T>(key: string): Promise<T | undefined> { return this.within("drafts", "readonly", (at) => at.get(key)); }
  async keepDraft(key: string, draft: unknown): Promise<void> { await this.within("drafts", "readwrite", (at) => at.put(draft, key)); }
  async dropDraft(key: string): Promise<void> { await this.within("drafts", "readwrite", (at) => at.delete(key)); }
  entries(): Promise<Entry[]> { return this.within("entries", "readonly", (at) => at.getAll()); }
  async change(entry: Entry): Promise<void> { await this.within("entries", "readwrite", (at) => at.put(entry)); }
  async drop(seq: number): Promise<void> { await this.within("entries", "readwrite", (at) => at.delete(seq)); }
  photo(id: string): Promise<Photo | undefined> { return this.within("photos", "readonly", (at) => at.get(id)); }
  async keepPhoto(photo: Photo): Promise<void> { await this.within("photos", "readwrite", (at) => at.put(photo)); }
  async dropPhoto(id: string): Promise<void> { await this.within("photos", "readwrite", (at) => at.delete(id)); }

  async add(entry: Omit<Entry, "seq">): Promise<Entry> {
    const seq = await this.within("entries", "readwrite", (at) => at.add(entry));
    return { ...entry, seq: Number(seq) };
  }

  close(): void { this.database.close(); }
}

/** How many commands wait on this device for this person. */
export async function unsent(owner: string): Promise<number> {
  const keep = await Keep.open(owner);
  const waiting = (await keep.entries()).length;
  keep.close();
  return waiting;
}

/** Forget everything kept for a person. */
export async function erase(owner: string): Promise<void> {
  const open = await Keep.open(owner);
  open.close();
  await new Promise<void>((done, failed) => {
    const request = indexedDB.deleteDatabase(databaseOf(owner));
    request.onsuccess = () => done();
    request.onerror = () => failed(request.error ?? new Error("IndexedDB"));
    request.onblocked = () => done();
  });
}
