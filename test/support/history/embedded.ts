import { Rejections } from "../../../server/base/rejections";
import { Broker } from "../../../server/broker/broker";
import { DEFAULT_LIMITS } from "../../../server/setup/broker-limits";

/** Runs the embedded broker as a program. Arguments: its port and, optionally, its data folder. */
const [port, dataDir] = process.argv.slice(2);

await Broker.start({
  listeners: [{ host: "127.0.0.1", port: Number(port), option: "--mqtt-port" }],
  rejections: new Rejections((_source, text) => console.error(text)),
  limits: { ...DEFAULT_LIMITS, "packets-per-second": 1_000_000 },
  ...(dataDir && { dataDir }),
  onTrouble: (message) => console.error(message),
});
console.log("listening");
