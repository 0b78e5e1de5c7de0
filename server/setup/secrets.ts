import { readSettings } from "./settings";

/**
 * The settings of `.env.local` that the server itself needs; environment variables override the
 * file.
 */
export interface Secrets {
  MQTT_USER?: string;
  MQTT_PWD?: string;
}

/**
 * Reads the settings from `.env.local` and the environment.
 * @throws UserError naming the wrong line of `.env.local`
 */
export function readSecrets(path?: string): Secrets {
  const file = readSettings(path);
  const secrets: Secrets = {};
  for (const name of ["MQTT_USER", "MQTT_PWD"] as const) {
    const value = process.env[name] ?? file[name];
    if (value) secrets[name] = value;
  }
  return secrets;
}
