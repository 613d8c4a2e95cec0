// Long work in short tasks, so that the page keeps its frames.

/** What a task may take before it lets others run, in ms: half a frame. */
const TASK_MS = 8;

let began = 0;

/** Resolves at once within a short task, else in the next one. Tasks end, frames are drawn and input is seen between. */
export function breathe() {
  const now = performance.now();
  if (now - began < TASK_MS) return undefined;
  return next();
}

async function next() {
  const { scheduler } = /** @type {{ scheduler?: { yield?: () => Promise<void> } }} */ (/** @type {unknown} */ (globalThis));
  if (scheduler?.yield) {
    await scheduler.yield();
  } else {
    await new Promise((resolve) => {
      // Unlike a timer's, a message's task comes at once.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve(undefined);
      };
      port2.postMessage(0);
    });
  }
  began = performance.now();
}
