import { I2CCmd, JDServiceServer, Packet, SRV_I2C } from "../../../server/simulator/jacdac";
import type { Chip } from "./chip";

/** Status values of Jacdac's I2C service: `I2CStatus` in jacdac services/i2c.md. */
const STATUS = { ok: 0, noAckOfAddress: 1 };

/** An I2C bus as a Jacdac service. Chips can be unplugged from the bus and plugged in again. */
export class I2CBus extends JDServiceServer {
  readonly chips: Chip[];
  /** True if a wire of the bus is held low, so that no chip can answer. */
  isHeld = false;

  constructor(...chips: Chip[]) {
    super(SRV_I2C);
    this.chips = chips;
    this.addCommand(I2CCmd.Transaction, (packet) => void this.answer(packet));
  }

  unplug(chip: Chip): void {
    this.chips.splice(this.chips.indexOf(chip), 1);
  }

  plug(chip: Chip): void {
    this.chips.push(chip);
  }

  private async answer({ data }: Packet): Promise<void> {
    const [address = 0, count = 0, ...sent] = data;
    const chip = this.chips.find((candidate) => candidate.address === address);
    let answer = Uint8Array.of(STATUS.noAckOfAddress);
    if (chip && !this.isHeld) {
      const nowMs = performance.now();
      if (sent.length > 0) chip.write(Uint8Array.from(sent), nowMs);
      answer = Uint8Array.of(STATUS.ok, ...(count > 0 ? chip.read(count, nowMs) : []));
    }
    await this.sendPacketAsync(Packet.from(I2CCmd.Transaction, answer));
  }
}
