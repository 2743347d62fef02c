// Takes the place of service-worker.js where the operator has switched reading without a network off: a browser that still has the
// other one gets this in the next hours, which takes away what was kept, and then itself.

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) await caches.delete(name);
  await registration.unregister();
}
