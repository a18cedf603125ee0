// Notices on this device though no page is open (Web Push): asked for by its person, ended by them or by signing out.

import { meta, type Island } from "./island";

const FOR = "rt-push-for";

/** The worker that shows them: the portal's own, or one that does nothing else. */
async function worker(): Promise<ServiceWorkerRegistration> {
  if (!document.body.hasAttribute("data-offline")) await navigator.serviceWorker.register("/push.js");
  return navigator.serviceWorker.ready;
}

export async function endPush(): Promise<void> {
  if (localStorage.getItem(FOR) === null) return;
  localStorage.removeItem(FOR);
  const here = await navigator.serviceWorker?.getRegistration();
  await (await here?.pushManager?.getSubscription())?.unsubscribe();
}

export const attach: Island = (element) => {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
  const said = element.querySelector<HTMLElement>("[data-said]")!;
  const button = element.querySelector<HTMLButtonElement>("button")!;
  const words = element.dataset;
  const path = words["path"] ?? "";
  const show = (): void => {
    const on = localStorage.getItem(FOR) === meta("rt-owner");
    said.textContent = (Notification.permission === "denied" ? words["denied"] : on ? words["on"] : words["off"]) ?? "";
    button.hidden = Notification.permission === "denied";
    button.lastChild!.textContent = (on ? words["stop"] : words["start"]) ?? "";
  };
  const subscribe = async (): Promise<void> => {
    if (await Notification.requestPermission() !== "granted") return;
    const headers = { accept: "application/json", "x-csrf-token": meta("rt-token"), "content-type": "application/json" };
    const key = await (await fetch(`${path}/push.json`, { headers })).json() as { public_key: string };
    const made = await (await worker()).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.public_key });
    const { endpoint, keys } = made.toJSON();
    const body = JSON.stringify({ endpoint, p256dh: keys?.["p256dh"], auth: keys?.["auth"] });
    const answer = await fetch(`${path}/push`, { method: "POST", headers, body });
    if (!answer.ok) { await made.unsubscribe(); throw new Error(String(answer.status)); }
    localStorage.setItem(FOR, meta("rt-owner"));
  };
  button.addEventListener("click", () => {
    const on = localStorage.getItem(FOR) === meta("rt-owner");
    button.disabled = true;
    void (on ? endPush() : subscribe())
      .then(show, () => { said.textContent = words["failed"] ?? ""; })
      .finally(() => { button.disabled = false; });
  });
  show();
};
