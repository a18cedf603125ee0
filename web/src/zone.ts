// A stretch of time in the reader's own zone, where that is not France's.

import type { Island } from "./island";

const PARIS = "Europe/Paris";

/** The words for it, or nothing when clocks show the same there as in Paris. */
export function told(from: Date, until: Date, language: string, zone: string): string | undefined {
  const clock = (timeZone: string): string => new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "short" }).formatRange(from, until);
  if (clock(zone) === clock(PARIS)) return undefined;
  return new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", {
    timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).formatRange(from, until);
}

export const attach: Island = (element) => {
  const from = new Date(element.getAttribute("datetime") ?? "");
  const until = new Date(element.dataset["until"] ?? "");
  if (Number.isNaN(+from) || Number.isNaN(+until)) return;
  const words = told(from, until, document.documentElement.lang, Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (words) element.textContent = words;
};
