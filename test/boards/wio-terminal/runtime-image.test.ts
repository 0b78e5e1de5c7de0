import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMemory } from "../../../boards/tools/image/uf2";
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { PACKAGE_ADDRESS } from "../../../boards/wio-terminal/build/package";
import { packNightlight } from "../../../boards/wio-terminal/build/program";
import {
  imageWith,
  RUNTIME_FILE,
  runtimeBytes,
} from "../../../boards/wio-terminal/build/runtime-image";
import { APP_START_ADDRESS, uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { ROOT } from "../../../server/base/root";
import { Checkout } from "../../support/checkout";
import { Program } from "../../support/program";

const REFRESH =
  "boards/wio-terminal/runtime.bin is not what the C makes: refresh it with `npm run build:wio -- --runtime`, and commit it with the change";

const committed = readFileSync(RUNTIME_FILE);

describe("the runtime in the repository", () => {
  it("matches its C sources", async () => {
    const { elf } = await linkImage(WIO);
    expect(committed.equals(runtimeBytes(readFileSync(elf))), REFRESH).toBe(true);
  });

  it("together with a package gives the linker's image", async () => {
    const packed = await packNightlight({ ID: "one", WIFI_SSID: "net", WIFI_PWD: "secret" });
    const { elf } = await linkImage(WIO, { packed });
    expect(imageWith(packed).equals(uf2OfElf(elf)), REFRESH).toBe(true);
  });
});

describe("npm run build:wio", () => {
  let checkout: Checkout;
  beforeAll(() => {
    checkout = new Checkout();
  });
  afterAll(() => checkout.remove());

  const build = async (args: string[] = [], env: Record<string, string> = {}) => {
    const line = ["--import", "tsx", "boards/wio-terminal/tools/build.ts", ...args];
    return await new Program(process.execPath, line, { cwd: checkout.dir, env }).end;
  };

  it("needs only Node", async () => {
    checkout.write(".env.local", "ID=bare-1\n");
    const { code, stderr } = await build([], { PATH: join(checkout.dir, "nothing") });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const made = checkout.read(".devicescript/wio-terminal/nightlight-wio-terminal.uf2");
    expect(
      readMemory(made, APP_START_ADDRESS).subarray(0, committed.length).equals(committed),
    ).toBe(true);
    expect(readMemory(made, PACKAGE_ADDRESS).toString("latin1")).toContain('ID\0"bare-1"\0');
  });

  it("reports in one line that the runtime is for another DeviceScript", async () => {
    const about = checkout.read("boards/wio-terminal/runtime.json").toString();
    const installed = /"devicescript": "([\d.]+)"/.exec(about)?.[1] ?? "";
    checkout.write("boards/wio-terminal/runtime.json", about.replace(installed, "2.0.0"));
    const { code, stderr } = await build();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `nightlight: boards/wio-terminal/runtime.bin: expected DeviceScript ${installed}, got 2.0.0; run npm ci, or build another: npm run build:wio -- --runtime\n`,
    );
  });

  it("makes the same runtime, byte by byte, from nothing and in another folder", async () => {
    checkout.write("boards/wio-terminal/runtime.bin", "");
    const { code, stderr } = await build(["--runtime"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(checkout.read("boards/wio-terminal/runtime.bin").equals(committed), REFRESH).toBe(true);
    const about = readFileSync(join(ROOT, "boards/wio-terminal/runtime.json"), "utf8");
    expect(checkout.read("boards/wio-terminal/runtime.json").toString()).toBe(about);
  });
});
