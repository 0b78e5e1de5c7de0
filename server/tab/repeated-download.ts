/** Time without a result after which another download starts, ms. */
const NEXT_AFTER_MS = 10_000;
/** Maximum number of downloads, which bounds the load on the server. */
const MAX_DOWNLOADS = 6;

/**
 * Starts another download if the earlier ones do not settle, and leaves those running: Chromium 145
 * and later sometimes never deliver the body of a `.wasm` file (flutter/flutter#189275).
 * @param download called with true if the browser's cache must not be used: a request that hangs may
 * hold the cache's entry
 * @returns the result, or the error, of the download that settles first
 */
export function repeatedDownload<T>(download: (uncached: boolean) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let downloads = 0;
    const start = () => {
      if (++downloads === MAX_DOWNLOADS) clearInterval(timer);
      void download(downloads > 1)
        .then(resolve, reject)
        .finally(() => clearInterval(timer));
    };
    const timer = setInterval(start, NEXT_AFTER_MS);
    start();
  });
}
