import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { Devtools } from "../support/devtools";
import { lockDevtools } from "../support/lock";
import { Mosquitto } from "../support/mosquitto";
import type { Program } from "../support/program";
import { Witness } from "../support/witness";

describe("the CLI's own simulator, with the nightlight's firmware", () => {
  let unlock: () => Promise<void>;
  let checkout: Checkout;
  let broker: Mosquitto;

  beforeAll(async () => {
    unlock = await lockDevtools();
    checkout = new Checkout();
    broker = await Mosquitto.start();
    const config = JSON.parse(checkout.read("devicescript.json").toString()) as object;
    checkout.write(
      "devicescript.json",
      JSON.stringify({ ...config, id: "cli-1", broker: broker.url }),
    );
  });

  afterAll(async () => {
    await broker.stop();
    checkout.remove();
    await unlock();
  });

  beforeEach(async () => {
    // Restores the files that `npm ci` creates.
    await checkout.run("prepare");
  });

  /**
   * Checks that the simulated sensor and lamp work. The dashboard, or VS Code, would simulate them
   * in the same way.
   */
  async function worksWith(devtools: Devtools): Promise<void> {
    const witness = await Witness.connect(broker.url);
    devtools.lightRaw = 55;
    await expect.poll(() => witness.payloads("cli-1/telemetry").join()).toContain('{"light":55');
    await witness.publish("cli-1/commands", '{"led_on":true}');
    await expect.poll(() => devtools.ledOn).toBe(true);
    await witness.stop();
  }

  it("works with `devicescript devtools` and `devicescript run src/main.ts`", async () => {
    const devtools = await Devtools.connect(checkout.devicescript("devtools"));
    const run = checkout.devicescript("run", "src/main.ts");
    await run.untilPrinted("self-deployed src/main.ts");
    await worksWith(devtools);
    expect(run.output).toContain("Connected");
    await run.stop();
    await devtools.stop();
  });

  it("works with `npm run devtools`, which reports if it can't", async () => {
    const devtools = await Devtools.connect(checkout.tool("devtools"));
    const second: Program = checkout.tool("devtools");
    expect(await second.end).toMatchObject({
      code: 1,
      stderr:
        "nightlight: ports 8081 to 8083 are in use: by VS Code, or another `npm run devtools`\n",
    });
    await devtools.process.untilPrinted("self-deployed src/main.ts");
    await worksWith(devtools);
    await devtools.stop();
  });
});
