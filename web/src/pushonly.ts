// The service worker of portals that keep nothing offline: it shows what is pushed.

/// <reference lib="webworker" />
import { showPushed } from "./pushed";

declare const self: ServiceWorkerGlobalScope;

showPushed(self);
