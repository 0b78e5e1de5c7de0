import { I2C as I2CService, isSimulator, Packet, sleep, wait } from "@devicescript/core";
import { I2C, i2c } from "@devicescript/i2c";

/**
 * Time limits for a chip to answer and for the bus to appear, ms. A chip on the simulated bus
 * answers at once, but the runtime looks for a bus only once a second.
 */
const ANSWER_MS = 1000;
const BINDING_MS = 3000;

/** I2C in the virtual machine. Its runtime has no I2C, so a Jacdac service acts as the bus. */
class SimulatedI2C extends I2C {
  private readonly service = new I2CService();
  private isBusy = false;

  /**
   * Writes bytes to a chip, then reads bytes from it.
   * @throws Error if the chip, or the bus, does not answer
   */
  override async xfer(devAddr: number, writeBuf: Buffer, numRead?: number): Promise<Buffer> {
    // One transaction at a time: an answer does not say which request it belongs to.
    while (this.isBusy) await sleep(1);
    this.isBusy = true;
    try {
      return await this.transaction(devAddr, numRead ?? 0, writeBuf);
    } finally {
      this.isBusy = false;
    }
  }

  private async transaction(address: number, count: number, sent: Buffer): Promise<Buffer> {
    if (!(await this.isThere())) throw new Error("no I2C");
    this.send.start(address, count, sent);
    const report: Packet = await wait(this.service.report(), ANSWER_MS);
    if (!report) throw new Error("no answer");
    const [status, data] = report.decode() as [number, Buffer];
    if (status !== 0) throw new Error(`I2C status ${status}`);
    return data;
  }

  private async isThere(): Promise<boolean> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- `binding()` reports changes only
    for (let waitedMs = 0; !this.service.isBound && waitedMs < BINDING_MS; waitedMs += 100)
      await sleep(100);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as in the loop above
    return this.service.isBound;
  }

  private async send(address: number, count: number, sent: Buffer): Promise<void> {
    await this.service.transaction(address, count, sent);
  }
}

/** The board's I2C bus, or a simulated one. */
export const bus: I2C = isSimulator() ? new SimulatedI2C() : i2c;
