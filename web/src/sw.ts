// The service worker: pages from the network first, the last ones seen without it, each session's apart.

/// <reference lib="webworker" />
import { showPushed } from "./pushed";
import { guard } from "./trusted";

declare const self: ServiceWorkerGlobalScope;

const SHELL = "rt-shell-1";
const PAGES = "rt-pages-";
const SHELL_FILES = [
  "/offline", "/static/rt.css", "/static/mark.svg", "/static/built/icons.svg", "/static/built/bare.js",
  "/static/built/barlow-600.woff2",
];
const NETWORK_PATIENCE_MS = 6_000;
/** Never kept: who one is, what is being sent, and ways in and out. */
const PASSING = /^\/(session\.json|commands|photos\/|login|logout|password|invitations|organizations|l\/|sw\.js)/;

guard(self as unknown as Parameters<typeof guard>[0]);

showPushed(self);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(SHELL_FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

/** The cache of a session; making it is forgetting every other session's. */
async function cacheOf(marker: string): Promise<Cache> {
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== PAGES + marker) await caches.delete(name);
  return caches.open(PAGES + marker);
}

/** What the first visit fetched before this worker stood at the door. */
async function keepVisit(marker: string, files: string[], path: string): Promise<void> {
  const cache = await cacheOf(marker);
  const shell = await caches.open(SHELL);
  for (const name of files) if (!(await shell.match(name, { ignoreVary: true }))) await shell.add(name).catch(() => undefined);
  if (!PASSING.test(path) && !(await cache.match(path, { ignoreVary: true }))) await page(new Request(path, { headers: { accept: "text/html" } })).catch(() => undefined);
}

async function currentCache(): Promise<Cache | undefined> {
  const name = (await caches.keys()).find((one) => one.startsWith(PAGES));
  return name ? caches.open(name) : undefined;
}

self.addEventListener("message", (event) => {
  const told = event.data as { kind?: string; marker?: string; files?: string[]; page?: string };
  if (told.kind === "session" && told.marker) event.waitUntil(keepVisit(told.marker, told.files ?? [], told.page ?? "/"));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || request.method !== "GET" || PASSING.test(url.pathname)) return;
  if (url.pathname.startsWith("/static/") || url.pathname.startsWith("/portal/")) event.respondWith(file(request));
  else if (request.mode === "navigate" || url.pathname.endsWith(".json")) event.respondWith(page(request));
});

async function file(request: Request): Promise<Response> {
  const shell = await caches.open(SHELL);
  const hashed = new URL(request.url).searchParams.has("v") || request.url.includes("/chunk-");
  const kept = hashed ? await shell.match(request, { ignoreVary: true }) : undefined;
  if (kept) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await shell.put(request, answer.clone());
    return answer;
  } catch {
    return (await shell.match(request, { ignoreSearch: true, ignoreVary: true })) ?? Response.error();
  }
}

async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(NETWORK_PATIENCE_MS) });
    const marker = answer.headers.get("rt-session");
    if (marker) {
      const cache = await cacheOf(marker);
      if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    }
    return answer;
  } catch {
    const kept = await (await currentCache())?.match(request, { ignoreVary: true });
    if (kept) return kept;
    if (request.mode !== "navigate") return Response.error();
    return (await (await caches.open(SHELL)).match("/offline", { ignoreVary: true })) ?? Response.error();
  }
}
