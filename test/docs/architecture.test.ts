import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { folderForTest } from "../support/folder";

const DOCUMENT = join(ROOT, "docs/architecture.md");
/**
 * For each room (a folder of source code), the line of docs/architecture.md that says what the room
 * contains.
 */
const BUSINESS: Record<string, string> = {
  "src/common": "what device, server and page share: the wire, the rule, the broker's address",
  "src/mqtt": "the MQTT client: codec, session, delivery; its platform on the device",
  "src/mqtt/node": "the platform of the MQTT client in Node: sockets, tasks, time",
  src: "the firmware: sensor, cadence, outbox, reporter, LED",
  "src/parts": "the parts that a person may choose for a board: LTR390, screen, lamps, button",
  "server/base": "helpers that the rooms of server and boards share: log, errors, files, waiting",
  "server/setup": "flags, `devicescript.json`, secrets, users, TLS files",
  "server/broker": "the embedded broker",
  "server/history": "readings in SQLite, in a thread",
  "server/simulator": "the DeviceScript virtual machine with a simulated sensor and lamp",
  "server/compiler": "compiles programs that learners have changed, in a process with limits",
  "server/cluster": "several servers on one broker",
  "server/deciding":
    "the server's MQTT client: takes readings, decides, sends commands, knows each device",
  "server/updates": "new programs for devices over the network: jobs, transfer, signatures",
  "server/home-assistant": "discovery for Home Assistant",
  "server/http": "API, event stream, access, metrics",
  "server/page": "the web page, which runs in the browser",
  "server/tab": "a device in a browser tab: the virtual machine in a worker, its page",
  boards: "the boards as data: pins, wiring",
  "boards/line":
    "talks to a board over its serial line (USB), in Node or a browser: settings, progress",
  "boards/tools": "one file for each npm command: build, flash, bundle, deploy, draw",
  "boards/raspberry-pi":
    "runs the firmware on a Raspberry Pi, with sensor and LED through the kernel",
  "boards/wio-terminal/build": "builds the Wio Terminal's runtime from C and the virtual machine",
  "boards/wio-terminal/emulator": "the emulated chip, display and Wi-Fi coprocessor, with a page",
  "boards/wio-terminal/tools": "the npm commands of the Wio Terminal",
};

interface Plan {
  PLAN: Record<string, string[]>;
  FACES: Record<string, string[]>;
}

it("docs/architecture.md shows the plan that lint checks", async () => {
  const { PLAN, FACES } = (await import(join(ROOT, ".dependency-cruiser.mjs"))) as Plan;
  const rows = Object.entries(PLAN).map(([room, uses]) => {
    const what = BUSINESS[room];
    if (what === undefined) throw new Error(`${room}: this test knows no line for it`);
    const face = FACES[room]?.map((file) => `\`${file}.ts\``).join(", ") ?? "any file";
    const list = uses.map((used) => `\`${used}\``).join(", ") || "nothing";
    return `| \`${room}/\` | ${what} | ${face} | ${list} |`;
  });
  const head = ["room", "content", "others may import", "may import from"];
  const table = [`| ${head.join(" | ")} |`, "| --- | --- | --- | --- |", ...rows];
  const text = readFileSync(DOCUMENT, "utf8");
  const updated = await format(
    text.replace(/(<!-- rooms -->)[^]*(<!-- \/rooms -->)/, `$1\n\n${table.join("\n")}\n\n$2`),
    { ...(await resolveConfig(DOCUMENT)), parser: "markdown" },
  );
  if (process.env.NIGHTLIGHT_UPDATE) writeFileSync(DOCUMENT, updated);
  expect(updated, "update with: NIGHTLIGHT_UPDATE=1 npx vitest run test/docs").toBe(
    readFileSync(DOCUMENT, "utf8"),
  );
});

it("lint refuses imports that violate the plan", () => {
  const folder = folderForTest();
  const write = (file: string, ...imports: string[]) => {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    const lines = imports.map((path, i) => `import { a as a${i} } from "${path}";`);
    writeFileSync(join(folder, file), [...lines, "export const a = 1;"].join("\n"));
  };
  write("server/broker/up.ts", "../page/words", "../setup/fine");
  write("server/setup/fine.ts", "../base/log");
  write("server/page/words.ts");
  write("server/base/log.ts", "./circle", "../../test/until");
  write("server/base/circle.ts", "./log");
  write("server/lost.ts", "./base/log");
  write("boards/wio-terminal/tools/show.ts", "../emulator/index", "../emulator/chip");
  write("boards/wio-terminal/emulator/index.ts", "./chip");
  write("boards/wio-terminal/emulator/chip.ts");
  write("server/http/around.ts", "../history/index", "../history/inner");
  write("server/history/index.ts", "./inner");
  write("server/history/inner.ts");
  write("test/until.ts", "../boards/wio-terminal/emulator/chip");
  writeFileSync(join(folder, "tsconfig.json"), "{}");
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
      ...["--config", join(ROOT, ".dependency-cruiser.mjs"), "server", "boards", "test"],
    ],
    { cwd: folder, encoding: "utf8" },
  );
  for (const rule of [
    "room:server/broker: server/broker/up.ts → server/page/words.ts",
    "no-circle: server/base/",
    "no-test: server/base/log.ts",
    "no-room: server/lost.ts",
    "face:boards/wio-terminal/emulator: boards/wio-terminal/tools/show.ts → boards/wio-terminal/emulator/chip.ts",
    "face:server/history: server/http/around.ts → server/history/inner.ts",
  ])
    expect(stdout).toContain(rule);
  expect(stdout).not.toContain("server/setup/fine.ts →");
  expect(stdout.match(/face:(?!server\/page)/g)).toHaveLength(2);
});
