// Reading without a network: once the page stands and the browser is idle, registers the service worker named by <body data-worker>
// (no name, no worker) and tells it which story is open, with its first pictures as they were seen.
// Without script: no network, no page.

const STORY = /^\/articles\/[^/]+$/;
const PICTURES = 4; // of a story, as many as are kept with it
const LATEST_MS = 5000; // after the page was loaded

const { worker: address } = document.body.dataset;
const idle = window.requestIdleCallback ?? ((then) => setTimeout(then, 1000));
const registered = new Promise((resolve) => {
  if (!address || !navigator.serviceWorker) return; // never: then nobody waits in vain, for nobody is told
  const register = () => idle(() => resolve(ready()), { timeout: LATEST_MS });
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
});

async function ready() {
  try {
    await navigator.serviceWorker.register(address, { updateViaCache: "none" });
    return (await navigator.serviceWorker.ready).active;
  } catch {
    return null; // a private window, or no network
  }
}

/** Tells the service worker, as soon as there is one; what can be told is in service-worker.js. */
export async function tell(message) {
  (await registered)?.postMessage(message);
}

if (STORY.test(location.pathname) && !document.documentElement.dataset.kept) {
  registered.then(() => tell({ keep: location.pathname, pictures: seen() }));
}

function seen() {
  return [...document.querySelectorAll("main article img")]
    .filter((img) => img.complete && img.currentSrc)
    .map((img) => new URL(img.currentSrc).pathname)
    .filter((path) => path.startsWith("/media/"))
    .slice(0, PICTURES);
}
