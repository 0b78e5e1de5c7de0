import { Rejections } from "../../server/base/rejections";
import { Broker } from "../../server/broker/broker";
import { DEFAULT_LIMITS } from "../../server/setup/broker-limits";

/**
 * The embedded broker alone, without login as on loopback, and without a limit to the message rate.
 */
export class EmbeddedBroker {
  private constructor(readonly broker: Broker) {}

  static async start(): Promise<EmbeddedBroker> {
    return new EmbeddedBroker(
      await Broker.start({
        listeners: [{ host: "127.0.0.1", port: 0, option: "--mqtt-port" }],
        rejections: new Rejections(() => undefined),
        limits: { ...DEFAULT_LIMITS, "packets-per-second": 1_000_000 },
      }),
    );
  }

  get port(): number {
    return this.broker.ports[0] ?? 0;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await this.broker.stop();
  }
}
