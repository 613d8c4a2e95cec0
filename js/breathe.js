// Long work in short tasks, so that the page keeps its frames.

/** What a task may take before it lets others run, in ms: half a frame. */
const TASK_MS = 8;

let began = 0;

/**
 * Resolves at once within a short task, else in the next one, behind what waits already: frames are drawn, input is
 * seen and other work is done between. A message's task comes at once, unlike a timer's.
 */
export function breathe() {
  if (performance.now() - began < TASK_MS) return undefined;
  return new Promise((resolve) => {
    // Older Workers have none; there no frame waits.
    if (typeof MessageChannel === 'undefined') return void setTimeout(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      began = performance.now();
      resolve(undefined);
    };
    port2.postMessage(0);
  });
}
