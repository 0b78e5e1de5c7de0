import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findStore, readStore, storeBytes } from "../../../boards/tools/image/flash-store";
import { Checkout } from "../../support/checkout";
import { lockDevtools } from "../../support/lock";
import { Mosquitto } from "../../support/mosquitto";
import { SerialBoard } from "../../support/serial-board";
import { emptyUf2 } from "../../support/uf2";
import { Witness } from "../../support/witness";

const CACHE = ".devicescript/cache";

/**
 * The runtime's image is a stand-in with empty flash memory, because no image can be downloaded
 * here. Everything that the CLI and this project put into it is real, and the virtual machine
 * starts from it as a board would.
 */
describe("npm run bundle", () => {
  let unlock: () => Promise<void>;
  let checkout: Checkout;
  let broker: Mosquitto;

  beforeAll(async () => {
    unlock = await lockDevtools();
    checkout = new Checkout();
    broker = await Mosquitto.start();
    mkdirSync(join(checkout.dir, CACHE), { recursive: true });
  });

  afterAll(async () => {
    await broker.stop();
    checkout.remove();
    await unlock();
  });

  function settings(id: string): void {
    const lines = [`ID=${id}`, `BROKER=mqtt://0.0.0.0:${broker.port}`, "WIFI_SSID=home"];
    checkout.write(".env.local", `${[...lines, 'WIFI_PWD="12345678"'].join("\n")}\n`);
  }

  it("makes one image with which a board starts as a nightlight", async () => {
    settings("class-*");
    checkout.write(
      `${CACHE}/devicescript-esp32c3-esp32c3_bare-0x0.bin`,
      new Uint8Array(0x10000).fill(0xff),
    );
    const { code, stdout, stderr } = await checkout.run("bundle", ["--board", "xiao-esp32c3"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("The image contains your passwords in plain text");
    expect(stdout).toContain("esptool.py write_flash 0x0 nightlight-xiao-esp32c3.bin");
    expect(stdout).not.toContain("Warning");

    const image = checkout.read("nightlight-xiao-esp32c3.bin");
    expect(image.includes("Nightlight on XIAO ESP32C3")).toBe(true);
    const at = findStore(image);
    expect(at).toBe(0x1c0000);
    const store = Buffer.alloc(storeBytes(image.subarray(at)), 0xff);
    image.copy(store, 0, at);
    const texts = Object.fromEntries(
      readStore(store).map(({ name, value }) => [name, value.toString()]),
    );
    expect(texts).toMatchObject({
      ":ID": '"class-*"',
      ":BROKER": `"mqtt://0.0.0.0:${broker.port}"`,
      wifi_ssid: "home",
      wifi_psk: "12345678",
    });
    // The server knows the boards of this image by their key.
    const keys = checkout.read(".nightlight/update-keys.json").toString();
    expect(JSON.parse(keys)).toEqual({
      "class-*": JSON.parse(texts[":UPDATE_KEY"] ?? "") as string,
    });

    const witness = await Witness.connect(broker.url);
    const board = await SerialBoard.plugIn();
    await board.start(store);
    board.lightRaw = 33;
    await expect
      .poll(() => witness.seen.find(({ payload }) => payload.startsWith('{"light":33')))
      .toMatchObject({
        topic: expect.stringMatching(/^class-[0-9a-f]{16}\/telemetry$/) as string,
      });
    await board.unplug();
    await witness.stop();
    expect(board.log.join("\n")).not.toMatch(/formatting|mount failure|panic/i);
  });

  it("makes a UF2 file for the Pico W, and warns of thirty boards with one id", async () => {
    settings("desk-1");
    checkout.write(`${CACHE}/devicescript-rp2040w-pico_w.uf2`, emptyUf2());
    const { code, stdout, stderr } = await checkout.run("bundle", ["--board", "pico-w"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("RPI-RP2");
    expect(stdout).toContain(
      "Warning: all boards with this image get the id desk-1 and disconnect each other from the broker; with ID=desk-1-*, each gets its own id",
    );
    const image = checkout.read("nightlight-pico-w.uf2");
    expect(statSync(join(checkout.dir, "nightlight-pico-w.uf2")).size % 512).toBe(0);
    for (const text of ["wifi_ssid", "home", "wifi_psk", "12345678", "Nightlight on Pico W"])
      expect(image.includes(text), text).toBe(true);
  });

  it("refuses TLS on a Pico W, missing Wi-Fi, and a broker on loopback", async () => {
    checkout.write(".env.local", "BROKER=mqtts://broker.example\nWIFI_SSID=home\n");
    expect((await checkout.run("bundle", ["--board", "pico-w"])).stderr).toBe(
      "nightlight: .env.local: BROKER: Raspberry Pi Pico W has no TLS: use mqtt://\n",
    );
    checkout.write(".env.local", "BROKER=mqtt://broker.example\n");
    expect((await checkout.run("bundle", ["--board", "pico-w"])).stderr).toBe(
      "nightlight: .env.local: WIFI_SSID: missing, and a board has no other network\n",
    );
    checkout.write(".env.local", "WIFI_SSID=home\n");
    expect((await checkout.run("bundle", ["--board", "pico-w"])).stderr).toMatch(
      /^nightlight: \.env\.local: BROKER: .*a board needs an address on its network, such as mqtt:/,
    );
  });
});
