// What a service worker does with a notice that is pushed to it: shows it, and opens its page when it is touched.

/// <reference lib="webworker" />

interface Pushed { title: string; url: string; id: string }

export function showPushed(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener("push", (event) => {
    const told = event.data?.json() as Pushed | undefined;
    if (!told) return;
    const shown = { tag: told.id, icon: "/static/app-192.png", data: told.url };
    event.waitUntil(worker.registration.showNotification(told.title, shown));
  });
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const url = new URL(String(event.notification.data || "/notices"), worker.location.origin);
    const inside = url.origin === worker.location.origin ? url.pathname + url.search : "/notices";
    event.waitUntil(worker.clients.openWindow(inside));
  });
}
