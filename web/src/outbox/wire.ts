// How the outbox speaks with the portal: JSON and photos, with the form token of the session.

import type { Answer, Wire } from "./outbox";
import type { Entry, Photo } from "./keep";

export interface SessionTold { signed_in: boolean; token: string; marker: string; owner: string; name: string }

/** What the portal answers: a problem, or what became of each command. */
interface Told extends Answer { results?: (Answer & { retry_after_s: number })[] }

const PATIENCE_MS = 30_000;

export class PortalWire implements Wire {
  constructor(private token: string, private readonly owner: string) {}

  async commands(entries: readonly Entry[]): Promise<Answer[] | undefined> {
    const sent_at = new Date().toISOString();
    const commands = entries.map(({ id, name, happened_at, body }) => ({ id, name, happened_at, sent_at, body }));
    const told = await this.said("/commands", "POST", JSON.stringify({ commands }), "application/json", entries[0]!.id);
    if (!told) return undefined;
    if (!told.results) return entries.map(() => told);
    return told.results.map((one) => ({ ...one, retry_after_ms: one.retry_after_s * 1000 }));
  }

  photo(photo: Photo): Promise<Answer | undefined> {
    const address = `/photos/${photo.id}?${new URLSearchParams(photo.about)}`;
    return this.said(address, "PUT", photo.blob, photo.blob.type || "image/jpeg", photo.id);
  }

  /** A form token dies with its session: ask for the new one once, unless somebody else signed in meanwhile. */
  private async said(path: string, method: string, body: BodyInit, type: string, key: string, renewed = false): Promise<Told | undefined> {
    let response: Response;
    try {
      response = await fetch(path, {
        method, body, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { "content-type": type, accept: "application/json", "x-csrf-token": this.token, "idempotency-key": key },
      });
    } catch {
      return undefined;
    }
    const problem = (await response.json().catch(() => ({}))) as Partial<Told>;
    if (problem.code === "form_unproven" && !renewed && (await this.renew())) return this.said(path, method, body, type, key, true);
    return {
      status: problem.code === "form_unproven" || response.type === "opaqueredirect" ? 401 : response.status,
      code: problem.code ?? "",
      messages: problem.messages ?? {},
      ...(problem.results && { results: problem.results }),
      retry_after_ms: Number(response.headers.get("retry-after") ?? 0) * 1000,
    };
  }

  async renew(): Promise<boolean> {
    try {
      const response = await fetch("/session.json", { credentials: "same-origin", headers: { accept: "application/json" } });
      const session = (await response.json()) as SessionTold;
      if (!session.signed_in || session.owner !== this.owner) return false;
      this.token = session.token;
      return true;
    } catch {
      return false;
    }
  }
}
