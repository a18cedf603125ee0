// The office portals: what every page needs, HTMX and the keyboard.

import "./bare";
import "htmx.org";
import { listenToFinder } from "./finder";
import { attachAll } from "./island";
import { listenToKeys } from "./keys";
import { remember } from "./recent";
import { closeToasts } from "./toast";

document.addEventListener("htmx:load", (event) => {
  const fresh = (event as CustomEvent<{ elt: HTMLElement }>).detail.elt;
  attachAll(fresh.parentNode ?? fresh);
  closeToasts(fresh);
});
listenToKeys(document);
listenToFinder(document);
remember(document);
