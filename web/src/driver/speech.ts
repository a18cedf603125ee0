// Which language the driver reads, and how times and weights are written in it.

import { de } from "./words/de";
import { en } from "./words/en";
import { es } from "./words/es";
import { fr, type Word, type Words } from "./words/fr";
import { it } from "./words/it";
import { nl } from "./words/nl";
import { pl } from "./words/pl";
import { pt } from "./words/pt";
import { ro } from "./words/ro";

export const LANGUAGES: Record<string, { name: string; words: Words }> = {
  fr: { name: "Français", words: fr }, en: { name: "English", words: en }, de: { name: "Deutsch", words: de }, es: { name: "Español", words: es },
  it: { name: "Italiano", words: it }, pl: { name: "Polski", words: pl }, nl: { name: "Nederlands", words: nl }, pt: { name: "Português", words: pt }, ro: { name: "Română", words: ro },
};
const CHOSEN = "rt-driver-language";

let language = "fr";

export function begin(page: string): void {
  const kept = localStorage.getItem(CHOSEN) ?? page;
  choose(kept in LANGUAGES ? kept : "fr");
}

export function choose(code: string): void {
  language = code;
  localStorage.setItem(CHOSEN, code);
  document.documentElement.lang = code;
}

export const spoken = (): string => language;
export const w = (word: Word): string => LANGUAGES[language]!.words[word];
/** What an order asks for, in words; one that this version of the app does not know stays as it came. */
export const needed = (code: string): string => LANGUAGES[language]!.words[`needs_${code}` as Word] ?? code;

const ZONE = "Europe/Paris";
export const clock = (iso: string): string => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: ZONE }).format(new Date(iso));
export const moment = (iso: string): string => new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: ZONE }).format(new Date(iso));
export const calendar = (iso: string): string => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: ZONE }).format(new Date(iso));
export const weight = (kg: number): string => `${new Intl.NumberFormat(language).format(kg)} kg`;
