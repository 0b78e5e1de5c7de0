import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root";

/** Cache of results that take long to compute; server/start.js clears it. */
const CACHE_FOLDER = join(ROOT, ".devicescript/server");
const DIGEST_BYTES = 32;

/**
 * Reads a cached result.
 * @returns undefined if there is no such file, or it is damaged
 */
export function readCached(name: string): Buffer | undefined {
  try {
    const kept = readFileSync(join(CACHE_FOLDER, name));
    const content = kept.subarray(DIGEST_BYTES);
    return kept.subarray(0, DIGEST_BYTES).equals(digest(content)) ? content : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Caches a result. If the folder can't be written, the result is not cached, and the next start
 * computes it again.
 */
export function writeCached(name: string, content: Uint8Array | string): void {
  const path = join(CACHE_FOLDER, name);
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(CACHE_FOLDER, { recursive: true });
    writeFileSync(temporary, Buffer.concat([digest(content), Buffer.from(content)]));
    renameSync(temporary, path);
  } catch {
    // On a full disk, a partial file may be left. If the folder is missing, there is no file to
    // remove.
    if (existsSync(temporary)) rmSync(temporary, { force: true });
  }
}

export function fingerprint(content: Uint8Array | string): string {
  return digest(content).toString("hex").slice(0, 16);
}

function digest(content: Uint8Array | string): Buffer {
  return createHash("sha256").update(content).digest();
}
