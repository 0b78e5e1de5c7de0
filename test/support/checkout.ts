import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../server/base/root";
import { type Outcome, Program } from "./program";

const CACHE = ".devicescript/cache-bytecode";

/**
 * A copy of the checkout, for tests that write into it: into the generated sources, `.env.local`,
 * and the only output folder that the DeviceScript CLI has.
 */
export class Checkout {
  readonly dir = mkdtempSync(join(tmpdir(), "nightlight-checkout-"));

  /** @param fresh true if nothing has been compiled in the copy yet, as after a clone */
  constructor({ fresh = false } = {}) {
    const files = execFileSync(
      "git",
      ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
      { cwd: ROOT, encoding: "utf8" },
    );
    for (const file of files
      .split("\0")
      .filter((name) => /^(\.vscode|boards|server|src)\/|^[^/]+$/.test(name)))
      cpSync(join(ROOT, file), join(this.dir, file));
    symlinkSync(join(ROOT, "node_modules"), join(this.dir, "node_modules"));
    if (fresh) return;
    // All copies share the cache, so that the same sources are compiled once for all tests.
    mkdirSync(join(ROOT, CACHE), { recursive: true });
    mkdirSync(join(this.dir, CACHE, ".."));
    symlinkSync(join(ROOT, CACHE), join(this.dir, CACHE));
  }

  /** Starts a tool of the project, as its npm script does. */
  tool(name: string, args: string[] = [], env: Record<string, string> = {}): Program {
    const script = `boards/tools/${name}.ts`;
    return new Program(process.execPath, ["--import", "tsx", script, ...args], {
      cwd: this.dir,
      env,
    });
  }

  /** Starts the DeviceScript CLI directly, without any wrapper of this project. */
  devicescript(...args: string[]): Program {
    return this.devicescriptWith({}, ...args);
  }

  /**
   * Starts the DeviceScript CLI with more environment variables, with which it can find a board.
   */
  devicescriptWith(env: Record<string, string>, ...args: string[]): Program {
    const cli = "node_modules/@devicescript/cli/devicescript";
    return new Program(process.execPath, [cli, ...args], { cwd: this.dir, env });
  }

  /** Starts a script of the checkout in Node. */
  node(...args: string[]): Program {
    return new Program(process.execPath, args, { cwd: this.dir });
  }

  async run(name: string, args: string[] = [], env: Record<string, string> = {}): Promise<Outcome> {
    return await this.tool(name, args, env).end;
  }

  read(path: string): Buffer {
    return readFileSync(join(this.dir, path));
  }

  write(path: string, content: string | Uint8Array): void {
    writeFileSync(join(this.dir, path), content);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}
