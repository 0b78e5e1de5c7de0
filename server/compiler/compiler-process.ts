import { spawn } from "node:child_process";
import { once } from "node:events";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../base/bundle";
import { ROOT } from "../base/root";
import type { ProgramView } from "../base/tab-program";
import { UserError } from "../base/user-error";
import type { SourceTexts } from "./compile-text";

/**
 * Time limit of a compile, ms. A compile takes 2 s of a laptop's core, and some 15 s of a Raspberry
 * Pi's; on a busy machine it waits for CPU time. Only a compile that never ends reaches this limit.
 */
const LIMIT_MS = 300_000;
/**
 * The compiler's scheduling priority. Devices have priority over it, but on two busy cores a
 * compile still gets a good share of the CPU time.
 */
const NICE = 4;
/** Limit of the compiler's own heap, MB. The compiler needs some 150 MB. */
const HEAP_MB = 256;
/** Maximum size of the compiler's output. A program with its places takes some 80 KB. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

export interface CompileLimits {
  limitMs: number;
  heapMb: number;
}

/**
 * Compiles in a separate process, with limits on time, memory and output.
 * @param signal aborts the compile
 * @throws UserError if the compiler exceeds a limit
 */
export async function compileInProcess(
  sources: SourceTexts,
  signal: AbortSignal,
  { limitMs, heapMb }: CompileLimits = { limitMs: LIMIT_MS, heapMb: HEAP_MB },
): Promise<ProgramView> {
  const code = await javaScript();
  signal.throwIfAborted();
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, "--eval", code], {
    cwd: tmpdir(),
    // Windows can't start a process without SystemRoot. The rest of the environment may hold
    // passwords, so it is not passed on.
    env: { SystemRoot: process.env["SystemRoot"] },
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
    signal,
    killSignal: "SIGKILL",
  });
  let ending: string | undefined;
  const end = (words: string) => {
    ending ??= words;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => end(`the compiler took longer than ${limitMs / 1000} s`), limitMs);
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_OUTPUT_BYTES) end(`the compiler wrote more than ${MAX_OUTPUT_BYTES} bytes`);
  });
  // The child may end before it has read all input.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(sources));
  if (child.pid !== undefined) yieldTo(child.pid);
  try {
    const [exitCode, by] = (await once(child, "close")) as [number | null, string | null];
    // When Node runs out of memory, it ends with this signal, or on Windows with this exit code.
    if (by === "SIGABRT" || exitCode === 134)
      ending ??= `the compiler ran out of its ${heapMb} MB of memory`;
    else if (exitCode !== 0) ending ??= `the compiler ended with ${by ?? `code ${exitCode}`}`;
  } finally {
    clearTimeout(timer);
  }
  if (ending !== undefined) throw new UserError(`The compile failed: ${ending}`);
  return JSON.parse(Buffer.concat(chunks).toString()) as ProgramView;
}

function yieldTo(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // The child has already ended.
  }
}

/**
 * Bundles child.ts. `import.meta.url` is set explicitly, because code given to --eval has no path.
 */
async function javaScript(): Promise<string> {
  const place = pathToFileURL(join(ROOT, "server/compiler/child.ts"));
  const [file] = await bundle({
    entryPoints: [join(ROOT, "server/compiler/child.ts")],
    platform: "node",
    target: "node20",
    minify: true,
    define: { "import.meta.url": JSON.stringify(place.href) },
  });
  return Buffer.from(file?.contents ?? []).toString();
}
