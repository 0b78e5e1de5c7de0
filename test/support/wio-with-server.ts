import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WIO } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { makePackage } from "../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../boards/wio-terminal/emulator/chip/bootloader";
import type { Pace } from "../../boards/wio-terminal/emulator/chip/runner";
import { EmulatedBoard } from "../../boards/wio-terminal/emulator/emulated-board";
import { HOME, lightOfRaw } from "../../boards/wio-terminal/emulator/nightlight-board";
import { ProgramKey } from "../../server/setup/program-key";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import type { UpdatesView, UpdateView } from "../../src/common/update-api";
import { type Started, startNightlight } from "./nightlight";
import { Witness } from "./witness";

/** An emulated Wio Terminal that runs the nightlight, together with the server that updates it. */
export class WioWithServer {
  private constructor(
    readonly id: string,
    private readonly dir: string,
    readonly nightlight: Started,
    readonly witness: Witness,
    readonly board: EmulatedBoard,
    /** The board's update key, with which orders to the board are sealed. */
    readonly key: string,
  ) {}

  static async start(id: string, program: Uint8Array, pace?: Pace): Promise<WioWithServer> {
    const dir = mkdtempSync(join(tmpdir(), "nightlight-wio-update-"));
    const security = { ...OPEN_ON_LOOPBACK, usersDir: dir };
    const nightlight = await startNightlight({ simulate: false, security });
    const key = new UpdateKeys(dir).ensure(id);
    const settings = {
      ...{ ID: id, BROKER: nightlight.brokerUrl, UPDATE_KEY: key },
      ...{ WIFI_SSID: HOME.ssid, WIFI_PWD: HOME.password ?? "" },
    };
    const packed = makePackage(program, settings, { signer: new ProgramKey(dir).publicKey() });
    const { elf } = await linkImage(WIO, { packed });
    const witness = await Witness.connect(nightlight.brokerUrl);
    const board = await EmulatedBoard.empty(pace ? { pace } : {}, (nvm) =>
      writeUf2(uf2OfElf(elf), nvm),
    );
    board.wio.light = lightOfRaw(100);
    return new WioWithServer(id, dir, nightlight, witness, board, key);
  }

  async stop(): Promise<void> {
    await this.board.stop();
    await this.witness.stop();
    await this.nightlight.stop();
    rmSync(this.dir, { recursive: true });
  }

  /** Starts an update, or cancels it with DELETE. @returns the HTTP status */
  async update(method: "POST" | "DELETE" = "POST"): Promise<number> {
    const body = JSON.stringify({ device: this.id });
    return (await fetch(`${this.nightlight.url}/api/updates`, { method, body })).status;
  }

  async view(): Promise<UpdatesView> {
    return (await (await fetch(`${this.nightlight.url}/api/updates`)).json()) as UpdatesView;
  }

  async job(): Promise<UpdateView | undefined> {
    return (await this.view()).updates.find(({ id }) => id === this.id);
  }
}
