// What every page needs, and all that pages reached by a link get: no HTMX.

import { followFocus } from "./focus";
import { attachAll } from "./island";
import { guard } from "./trusted";
import { hideOldNews, keepOffline, leaveNothing, showNetwork } from "./offline";
import { closeToasts } from "./toast";

guard(window as unknown as Parameters<typeof guard>[0]);
document.documentElement.classList.add("js");
attachAll(document);
closeToasts(document);
followFocus(document);
showNetwork();
hideOldNews();
keepOffline();
leaveNothing();
document.querySelector<HTMLElement>("form[data-wrong] .refusal")?.focus();
