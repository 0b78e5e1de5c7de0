import { readSettings } from "./settings";

/** What the server itself needs of `.env.local`; the environment wins over the file. */
export interface Secrets {
  MQTT_USER?: string;
  MQTT_PWD?: string;
}

/** @throws UserError naming the line of `.env.local` that is wrong */
export function readSecrets(path?: string): Secrets {
  const file = readSettings(path);
  const secrets: Secrets = {};
  for (const name of ["MQTT_USER", "MQTT_PWD"] as const) {
    const value = process.env[name] ?? file[name];
    if (value) secrets[name] = value;
  }
  return secrets;
}
