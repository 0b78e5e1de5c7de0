import { Rejections } from "../../../server/base/rejections";
import { Broker } from "../../../server/broker/broker";
import { DEFAULT_LIMITS } from "../../../server/setup/broker-limits";

/** The embedded broker as a program of its own: its port, and the folder that it keeps things in. */
const [port, dataDir] = process.argv.slice(2);

await Broker.start({
  listeners: [{ host: "127.0.0.1", port: Number(port), option: "--mqtt-port" }],
  rejections: new Rejections((_source, text) => console.error(text)),
  limits: { ...DEFAULT_LIMITS, "packets-per-second": 1_000_000 },
  ...(dataDir && { dataDir }),
  onTrouble: (message) => console.error(message),
});
console.log("listening");
