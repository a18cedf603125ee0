// The phone's clock held against the server's: how far ahead it is, as the last answer showed.

const AHEAD = "rt-driver-ahead";
/** What is let pass; the note shows the time of receipt beside. */
const TOLERANCE_MS = 600_000;

let heard = "";

/** An answer that the server made just now says how far ahead the phone's clock is; one kept on the phone does not. */
export function learn(fetched_at: string, before: string | undefined, device: number = Date.now()): void {
  const server = Date.parse(fetched_at);
  if (Number.isNaN(server) || fetched_at === before || fetched_at === heard) return;
  heard = fetched_at;
  localStorage.setItem(AHEAD, String(device - server));
}

/** Milliseconds by which the phone's clock is wrong; 0 for a drift that does no harm. */
export function ahead(): number {
  const known = Number(localStorage.getItem(AHEAD) ?? 0);
  return Math.abs(known) > TOLERANCE_MS ? known : 0;
}

/** When it is, as far as the phone can know. */
export function present(device: Date): Date {
  return new Date(device.getTime() - ahead());
}
