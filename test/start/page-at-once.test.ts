import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SnapshotView } from "../../src/common/api";
import { Checkout } from "../support/checkout";
import { Program } from "../support/program";
import { until } from "../support/until";

describe("npm start", () => {
  let checkout: Checkout;
  let programs: Program[];

  beforeEach(() => {
    checkout = new Checkout({ fresh: true });
    programs = [];
  });

  afterEach(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    checkout.remove();
  });

  function start(flags: string[], env: Record<string, string> = {}): Program {
    const args = ["server/start.js", "--mqtt-port", "0", "--http-port", "0", ...flags];
    const program = new Program(process.execPath, args, { cwd: checkout.dir, env });
    programs.push(program);
    return program;
  }

  const folder = () => join(checkout.dir, ".devicescript/server");
  const urlOf = ({ output }: Program) => /Listening on (http:\S+)/.exec(output)?.[1] ?? "";
  const help = async () => (await start(["--help"]).end).stdout;
  const pageOf = async (program: Program) =>
    await (await fetch(`${urlOf(program)}/page.js`)).text();

  /** Makes the compiler's process wait until `letGo` is called. */
  function holdCompiler(): { env: Record<string, string>; letGo: () => void } {
    const file = join(checkout.dir, "compile-now");
    const hold = join(checkout.dir, "hold.cjs");
    const moment = "new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20";
    writeFileSync(
      hold,
      `if (process.argv[1]?.endsWith("devicescript"))
         while (!require("node:fs").existsSync(${JSON.stringify(file)})) Atomics.wait(${moment});`,
    );
    return {
      env: { NODE_OPTIONS: `--require ${JSON.stringify(hold)}` },
      letGo: () => writeFileSync(file, ""),
    };
  }

  it("shows a page that describes the preparation while the firmware is compiled", async () => {
    const { env, letGo } = holdCompiler();
    const program = start(["--id", "lamp-1"], env);
    await program.untilPrinted("Compiling the firmware");
    const url = urlOf(program);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('id="preparing"');

    const stream = await fetch(`${url}/api/events`);
    const decoder = new TextDecoder();
    let told = "";
    void stream.body
      ?.pipeTo(
        new WritableStream<Uint8Array>({
          write: (chunk) => void (told += decoder.decode(chunk, { stream: true })),
        }),
      )
      .catch(() => undefined);
    await until("a snapshot", () => /^event: snapshot\ndata: .*\n\n/m.test(told));
    const snapshot = JSON.parse(/^data: (.*)$/m.exec(told)?.[1] ?? "") as SnapshotView;
    expect(snapshot.preparing).toEqual({ id: "lamp-1", step: "compiling" });
    expect(program.output).not.toContain("is ready");

    letGo();
    await program.untilPrinted("Nightlight is ready");
    await until("the end of it", () => told.includes("event: preparing\ndata: null\n"));
    expect(told).toContain('event: preparing\ndata: {"id":"lamp-1","step":"starting"}\n');
  });

  it("can be ended immediately while the firmware is compiled", async () => {
    const program = start([], holdCompiler().env);
    await program.untilPrinted("Compiling the firmware");
    process.kill(program.pid, "SIGTERM");
    const { code, stderr } = await program.end;
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("bundles the server again if a source has changed, and only then", async () => {
    expect(await help()).toContain("Runs a nightlight");
    const list = join(folder(), "main.json");
    const { mtimeMs } = statSync(list);
    const compiled = ".devicescript/compiled/by-node";
    mkdirSync(join(checkout.dir, ".devicescript/compiled"), { recursive: true });
    checkout.write(compiled, "of this server");
    expect(await help()).toContain("Runs a nightlight");
    expect(statSync(list).mtimeMs).toBe(mtimeMs);
    expect(checkout.read(compiled).toString()).toBe("of this server");

    const source = "server/setup/options.ts";
    const changed = checkout.read(source).toString().replace("Runs a nightlight", "Runs two");
    checkout.write(source, changed);
    expect(await help()).toContain("Runs two");
    // The server has deleted the folder, because Node never deletes files of its compile cache
    // itself.
    expect(() => checkout.read(compiled)).toThrow("ENOENT");
  });

  it("bundles the page again if a source has changed, and only then", async () => {
    const first = start(["--no-device"]);
    await first.untilPrinted("Nightlight is ready");
    const before = await pageOf(first);
    await first.stop();
    const source = "server/page/server-notice.ts";
    checkout.write(
      source,
      checkout.read(source).toString().replace("Broker disconnected", "No broker"),
    );
    const second = start(["--no-device"]);
    await second.untilPrinted("Nightlight is ready");
    const after = await pageOf(second);
    expect(before).toContain("Broker disconnected");
    expect(after).toBe(before.replace("Broker disconnected", "No broker"));
  });

  it("makes damaged files again", async () => {
    const first = start(["--no-device"]);
    await first.untilPrinted("Nightlight is ready");
    const before = await pageOf(first);
    await first.stop();
    const names = readdirSync(folder());
    expect(names.filter((name) => name.startsWith("bundle-")).length).toBeGreaterThan(0);
    for (const name of names) {
      const path = join(folder(), name);
      // Empties the files but keeps their sizes, as a loss of power may do.
      writeFileSync(path, Buffer.alloc(statSync(path).size));
    }
    const second = start(["--no-device"]);
    await second.untilPrinted("Nightlight is ready");
    expect(await pageOf(second)).toBe(before);
  });

  it("starts without its cache folder, and reports that", async () => {
    checkout.write(".devicescript", "no folder");
    const program = start(["--no-device"]);
    await program.untilPrinted("Nightlight is ready");
    expect(program.output).toContain("starting slowly, because the bundled server can't be stored");
    expect((await fetch(urlOf(program))).status).toBe(200);
    rmSync(join(checkout.dir, ".devicescript"));
  });
});
