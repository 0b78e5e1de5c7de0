/** Installs and configures Node-RED for the bench. The installation is kept for the next run. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "../../../boards/tools/npm";
import { ROOT } from "../../../server/base/root";
import { messageOf } from "../../../server/base/user-error";

const VERSION = "4.1.15";
const FOLDER = join(ROOT, ".devicescript/bench-node-red");
const PROGRAM = join(FOLDER, "node_modules/node-red/red.js");

const RULE = `
msg.topic = msg.topic.split("/")[0] + "/commands";
msg.payload = { led_on: msg.payload.light < 300 };
return msg;
`;

/**
 * Installs Node-RED if it is missing. @returns false if that failed; the reason has been printed
 */
export async function hasNodeRed(): Promise<boolean> {
  if (existsSync(PROGRAM)) return true;
  console.error(`  installing Node-RED ${VERSION} into ${FOLDER}, 120 MB`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), '{ "private": true }\n');
  try {
    await npm(FOLDER, "install", "--no-audit", "--no-fund", `node-red@${VERSION}`);
    return true;
  } catch (error) {
    console.error(`  Node-RED is left out, because npm could not install it: ${messageOf(error)}`);
    return false;
  }
}

/**
 * Writes the settings and the flow of Node-RED: mqtt in, function, mqtt out.
 * @returns arguments for Node
 */
export function nodeRed(brokerPort: string): string[] {
  const folder = join(FOLDER, "run");
  mkdirSync(folder, { recursive: true });
  const settings = {
    // Disables Node-RED's editor, pages and telemetry.
    httpAdminRoot: false,
    httpNodeRoot: false,
    uiHost: "127.0.0.1",
    uiPort: 0,
    flowFile: "flows.json",
    credentialSecret: false,
    telemetry: { enabled: false },
    logging: { console: { level: "warn", metrics: false, audit: false } },
  };
  const file = join(folder, "settings.cjs");
  writeFileSync(file, `module.exports = ${JSON.stringify(settings)};\n`);
  writeFileSync(join(folder, "flows.json"), JSON.stringify(flow(brokerPort)));
  return [PROGRAM, "--userDir", folder, "--settings", file];
}

function flow(brokerPort: string) {
  const place = { z: "tab", x: 0, y: 0 };
  const broker = {
    ...{ id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: brokerPort },
    ...{ clientid: "nightlight_server", autoConnect: true, usetls: false, protocolVersion: "4" },
    ...{ keepalive: "60", cleansession: true },
  };
  const mqttIn = {
    ...{ id: "in", type: "mqtt in", ...place, topic: "+/telemetry", qos: "1", datatype: "json" },
    ...{ broker: "broker", nl: false, rap: true, rh: 0, inputs: 0, wires: [["rule"]] },
  };
  const rule = { id: "rule", type: "function", ...place, func: RULE, outputs: 1, wires: [["out"]] };
  // An empty QoS means the QoS of the incoming message.
  const mqttOut = { id: "out", type: "mqtt out", ...place, topic: "", qos: "", retain: "" };
  return [{ id: "tab", type: "tab" }, broker, mqttIn, rule, { ...mqttOut, broker: "broker" }];
}
