// jacdac-ts ships types, but its "exports" hides them from bundler-style resolution.
// @ts-expect-error -- no types to be found for this specifier
import * as untyped from "jacdac-ts";
import type * as Jacdac from "../../node_modules/jacdac-ts/dist/types/src/jacdac";

const jacdac = untyped as typeof Jacdac;

// Silences jacdac-ts, which logs its connections with console.debug.
console.debug = () => undefined;

export const {
  ButtonServer,
  ControlCmd,
  SELF_ANNOUNCE,
  SRV_CONTROL,
  CHANGE,
  DeviceScriptManagerCmd,
  DeviceScriptManagerReg,
  I2CCmd,
  JDBus,
  JDServiceServer,
  LedServer,
  LightBulbReg,
  OutPipe,
  Packet,
  SRV_DEVICE_SCRIPT_MANAGER,
  SRV_I2C,
  SRV_LIGHT_BULB,
  SRV_LIGHT_LEVEL,
  SRV_SETTINGS,
  SRV_WIFI,
  SensorServer,
  SettingsClient,
  Transport,
  WifiCmd,
  addServer,
} = jacdac;
export type JDBus = Jacdac.JDBus;
export type JDService = Jacdac.JDService;
export type Packet = Jacdac.Packet;
export type JDServiceServer = Jacdac.JDServiceServer;
export type SensorServer<TReading extends unknown[]> = Jacdac.SensorServer<TReading>;

/**
 * Returns a bus for this transport. It sends packets, which a bus without a client does not do by
 * default.
 */
export function activeBus(transport: Jacdac.Transport): JDBus {
  const bus = new JDBus([transport], { client: false, disableRoleManager: true });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is a const enum
  bus.passive = false;
  return bus;
}
