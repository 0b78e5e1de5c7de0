/** Child process of `update-fleet.ts`: several simulated devices, each with a virtual machine. */
import { SimulatedDevice } from "../../server/simulator/device";

/** The first message from the parent process. */
export interface Order {
  ids: string[];
  brokerUrl: string;
  key: string;
  /** The program of the devices, base64. */
  program: string;
  /** Raw light levels, assigned to the devices in turn. */
  lights: number[];
}

/**
 * A message to the parent process: number of started devices, and resources used since the start of
 * this process.
 */
export interface Said {
  started: number;
  rssMb: number;
  cpuS: number;
}

const SAY_MS = 500;

function say(started: number): void {
  const { user, system } = process.cpuUsage();
  const rssMb = process.memoryUsage().rss / 2 ** 20;
  process.send?.({ started, rssMb, cpuS: (user + system) / 1e6 } satisfies Said);
}

async function start({ ids, brokerUrl, key, program, lights }: Order): Promise<void> {
  // The virtual machine's module prints a line at each panic. That output is not wanted here.
  console.log = () => undefined;
  let started = 0;
  for (const id of ids) {
    await SimulatedDevice.start({
      bytecode: Buffer.from(program, "base64"),
      settings: { ID: id, BROKER: brokerUrl, UPDATE_KEY: key },
      lightRaw: lights[started % lights.length],
    });
    say(++started);
  }
  setInterval(() => say(started), SAY_MS);
}

process.once("message", (order) => void start(order as Order));
// "disconnect" means that the parent process has ended.
process.on("disconnect", () => process.exit());
