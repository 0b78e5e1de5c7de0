import { Checkout } from "./checkout";
import { Mosquitto } from "./mosquitto";
import { Witness } from "./witness";

/** The tools to build and try a board's program: a checkout, a broker, and a witness. */
export class Workbench {
  private constructor(
    readonly checkout: Checkout,
    readonly broker: Mosquitto,
    readonly witness: Witness,
  ) {}

  static async start(): Promise<Workbench> {
    const checkout = new Checkout();
    const broker = await Mosquitto.start();
    return new Workbench(checkout, broker, await Witness.connect(broker.url));
  }

  /**
   * Runs `npm run build`, and returns the bytecode.
   * @throws Error if the build fails, or prints anything to standard error
   */
  async build(...args: string[]): Promise<{ bytecode: Uint8Array; stdout: string }> {
    const { code, stdout, stderr } = await this.checkout.run("build", args);
    if (code !== 0 || stderr !== "") throw new Error(`build ended with ${code}: ${stderr}`);
    return { bytecode: this.checkout.read(".devicescript/bin/bytecode.devs"), stdout };
  }

  async stop(): Promise<void> {
    await this.witness.stop();
    await this.broker.stop();
    this.checkout.remove();
  }
}
