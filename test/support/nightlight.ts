import { run, type RunningServer } from "../../server/run";
import { type Config, loadConfig } from "../../server/setup/config";
import { DEFAULT_HISTORY } from "../../server/setup/history-options";
import type { Options } from "../../server/setup/options";
import { NO_PROXY } from "../../server/setup/proxy-options";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import type { DeviceView } from "../../src/common/api";

export interface Started extends Omit<RunningServer, "device"> {
  /** The server's log, one array element per line. */
  log: string[];
  device(id: string): Promise<DeviceView | undefined>;
  setLight(id: string, light: unknown): Promise<Response>;
  command(id: string, body: unknown): Promise<Response>;
}

/** Starts everything that `npm start` starts, in this process and on free ports. */
export async function startNightlight(
  options: Partial<Options> = {},
  config: Partial<Config> = {},
): Promise<Started> {
  const log: string[] = [];
  const running = await run(
    {
      id: "test-1",
      brokerUrl: undefined,
      mqttPort: 0,
      httpPort: 0,
      lightRaw: 652,
      simulate: true,
      decide: true,
      homeAssistant: true,
      secrets: {},
      security: OPEN_ON_LOOPBACK,
      proxy: NO_PROXY,
      history: DEFAULT_HISTORY,
      ...options,
    },
    { ...loadConfig(), ...config },
    (_source, text) => log.push(text),
  );
  try {
    await running.ready;
  } catch (error) {
    await running.stop();
    throw error;
  }
  const { url } = running;
  return {
    ...running,
    log,
    async device(id) {
      const devices = (await (await fetch(`${url}/api/devices`)).json()) as DeviceView[];
      return devices.find((device) => device.id === id);
    },
    setLight: (id, light) =>
      fetch(`${url}/api/devices/${id}/light`, { method: "PUT", body: JSON.stringify({ light }) }),
    command: (id, body) =>
      fetch(`${url}/api/devices/${id}/commands`, { method: "POST", body: JSON.stringify(body) }),
  };
}
