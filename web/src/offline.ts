// The offline kit of a page: service worker, a bar that says so, and leaving without a trace.

import { meta } from "./island";
import { endPush } from "./push";
import { forgetRecent } from "./recent";
import { erase, unsent } from "./outbox/keep";

export function showNetwork(): void {
  const bar = document.querySelector<HTMLElement>("[data-offline-bar]");
  whenNetworkTurns((online) => { if (bar) bar.hidden = online; });
}

/** What was told at the last visit may be over by now: not without network. */
export function hideOldNews(): void {
  const news = document.querySelector<HTMLElement>("[data-news]");
  whenNetworkTurns((online) => { if (news) news.hidden = !online; });
}

function whenNetworkTurns(show: (online: boolean) => void): void {
  const turn = (): void => show(navigator.onLine);
  addEventListener("online", turn);
  addEventListener("offline", turn);
  turn();
}

export function keepOffline(): void {
  if (!document.body.hasAttribute("data-offline") || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then((worker) => {
    const files = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.includes("/static/"));
    worker.active?.postMessage({ kind: "session", marker: meta("rt-session"), files, page: location.pathname });
  });
}

/** Signing out clears what the device kept; not before what is unsent was given a chance. */
export function leaveNothing(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-logout]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset["cleared"] !== undefined) return;
      event.preventDefault();
      void leave().then((may) => {
        if (!may) return;
        form.dataset["cleared"] = "";
        form.submit();
      });
    });
  }
}

async function leave(): Promise<boolean> {
  const owner = meta("rt-owner");
  const waiting = owner ? await unsent(owner) : 0;
  const fr = document.documentElement.lang === "fr";
  const ask = fr
    ? `${waiting} saisie(s) pas encore envoyée(s) seront perdues. Se déconnecter quand même ?`
    : `${waiting} entries not yet sent will be lost. Sign out all the same?`;
  if (waiting && !confirm(ask)) return false;
  await forget(owner);
  return true;
}

export async function forget(owner: string): Promise<void> {
  await endPush().catch(() => undefined);
  if (owner) { await erase(owner); forgetRecent(owner); }
  if ("caches" in window) for (const name of await caches.keys()) if (name.startsWith("rt-pages-")) await caches.delete(name);
}
