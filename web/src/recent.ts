// What this person opened lately on this device: pages of one object; forgotten when they sign out.

import { meta } from "./island";

export interface Opened { path: string; label: string; kind: string }

const MOST = 8;
const PREFIX = "rt-recent-";
const OBJECT = /\/[a-z]{3}_[0-9a-z-]+$/;

export function recent(owner: string): Opened[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + owner) ?? "[]");
    return Array.isArray(kept) ? kept as Opened[] : [];
  } catch {
    return [];
  }
}

/** With one more, the latest first and each once. */
export function latestFirst(kept: Opened[], opened: Opened): Opened[] {
  return [opened, ...kept.filter((one) => one.path !== opened.path)].slice(0, MOST);
}

/** Remember the page that is shown, if it is one object's. */
export function remember(page: Document): void {
  const owner = meta("rt-owner");
  const label = page.querySelector("main h1")?.textContent?.trim();
  if (!owner || !label || !OBJECT.test(location.pathname)) return;
  const kind = page.querySelector(".crumbs a:last-of-type")?.textContent?.trim() ?? "";
  localStorage.setItem(PREFIX + owner, JSON.stringify(latestFirst(recent(owner), { path: location.pathname, label, kind })));
}

export function forgetRecent(owner: string): void {
  localStorage.removeItem(PREFIX + owner);
}
