/**
 * Faults for a board on the emulated chip, chosen by `Weather`: coprocessor, serial line, Wi-Fi and
 * broker.
 */
import type { EmulatedBoard } from "../../../../boards/wio-terminal/emulator/emulated-board";
import { CuttingProxy } from "../../../support/cutting-proxy";
import { type BrokerSky, Weather } from "./weather";

const SECOND = 1e6;
const MINUTE_S = 60;
const DRIFT_EVERY_S = 0.25;

export class Storm {
  private isOver = false;
  private changing: Promise<void> = Promise.resolve();
  private broker: BrokerSky = "up";
  private readonly weather: Weather;
  private minutes = 0;
  private baud = 0;

  private constructor(
    seed: number,
    private readonly proxy: CuttingProxy,
  ) {
    this.weather = new Weather(seed);
  }

  static async before(brokerPort: number, seed: number): Promise<Storm> {
    return new Storm(seed, await CuttingProxy.start(brokerPort));
  }

  /** URL of the broker for the board. The broker is not always up. */
  get url(): string {
    return `mqtt://127.0.0.1:${this.proxy.port}`;
  }

  /** Starts the faults at the next full minute. */
  begin({ chip, wio }: EmulatedBoard): void {
    const { clock } = chip;
    const { coprocessor } = wio;
    this.baud = wio.coprocessorBaud;
    const every = (seconds: number, what: () => void): void => {
      const again = (): void => {
        if (this.isOver) return;
        what();
        clock.at(clock.nowMicros + seconds * SECOND, again);
      };
      clock.at(MINUTE_S * SECOND, again);
    };
    every(DRIFT_EVERY_S, () => {
      coprocessor.latencyMs = () => this.weather.latencyMs();
      wio.coprocessorBaud = this.baud * this.weather.baudRatio(clock.nowMicros / SECOND);
    });
    every(MINUTE_S, () => {
      const { broker, wifi, wifiFromS } = this.weather.minute(this.minutes++);
      coprocessor.sockets.synsToLose = broker === "silent" ? Infinity : 0;
      this.turn(broker);
      clock.at(clock.nowMicros + wifiFromS * SECOND, () => {
        if (wifi || this.isOver) coprocessor.station.inRange = true;
        else if (coprocessor.station.inRange) coprocessor.dropNetwork();
      });
    });
  }

  /** Ends all faults. */
  async end({ wio }: EmulatedBoard): Promise<void> {
    this.isOver = true;
    wio.coprocessorBaud = this.baud;
    wio.coprocessor.latencyMs = () => 0;
    wio.coprocessor.station.inRange = true;
    wio.coprocessor.sockets.synsToLose = 0;
    this.turn("up");
    await this.changing;
  }

  async stop(): Promise<void> {
    await this.changing;
    await this.proxy.stop();
  }

  private turn(to: BrokerSky): void {
    const { proxy } = this;
    this.changing = this.changing.then(async () => {
      if (to === this.broker) return;
      if (this.broker === "refuses") await proxy.open();
      if (this.broker === "silent") await proxy.cut();
      proxy.isSilent = to === "silent";
      if (to === "refuses") await proxy.shut();
      this.broker = to;
    });
  }
}
