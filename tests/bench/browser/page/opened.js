// How long the opening of a page takes, and its tasks of over 50 ms.

/** @param {() => Promise<void>} work  what is to be done before the answer */
export function opened(work) {
  let longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({ type: 'longtask', buffered: true });
  globalThis.opened = (async () => {
    await work();
    // The page's clock starts with its navigation.
    const ms = performance.now();
    // The browser tells of a task only after it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { ms, longest };
  })();
  globalThis.opened.catch(() => {}); // told to who asks
}
