// The bell: how many notices are unread, asked for again every half minute while the page is seen.

import type { Island } from "./island";

const EVERY_MS = 30_000;
const MOST = 100;

/** What the bell shows: nothing for none, "99+" from a hundred on. */
export function shown(unread: number): string {
  if (unread < 1) return "";
  return unread < MOST ? String(unread) : `${MOST - 1}+`;
}

export const attach: Island = (bell) => {
  const count = bell.querySelector<HTMLElement>("[data-count]")!;
  const word = bell.querySelector<HTMLElement>("[data-unread]")!;
  let timer = 0;
  const ask = async (): Promise<void> => {
    if (document.hidden || !navigator.onLine) return;
    const answer = await fetch(`${bell.getAttribute("href")}/count.json`, { headers: { accept: "application/json" } }).catch(() => undefined);
    if (answer?.status === 401) { window.clearInterval(timer); return; }
    if (!answer?.ok) return;
    const said = await answer.json() as { unread: number };
    count.textContent = shown(said.unread);
    count.hidden = word.hidden = said.unread < 1;
  };
  timer = window.setInterval(() => void ask(), EVERY_MS);
  document.addEventListener("visibilitychange", () => void ask());
  void ask();
};
