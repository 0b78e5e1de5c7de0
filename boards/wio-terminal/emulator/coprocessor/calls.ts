/** The firmware calls that the coprocessor model answers, by service and function. */
import type { Call } from "./codec";

export const SERVICE = { system: 1, wifi: 14, adapter: 15, lwip: 16, wifiEvents: 19 } as const;

/** Service and function number by name. Tests order faults by these names. */
const CALLS = {
  version: [SERVICE.system, 1],
  wifiConnect: [SERVICE.wifi, 1],
  wifiDisconnect: [SERVICE.wifi, 3],
  wifiIsConnected: [SERVICE.wifi, 4],
  wifiOn: [SERVICE.wifi, 27],
  wifiOff: [SERVICE.wifi, 28],
  adapterInit: [SERVICE.adapter, 1],
  ipInfo: [SERVICE.adapter, 7],
  dhcpStart: [SERVICE.adapter, 13],
  getSocketOption: [SERVICE.lwip, 6],
  setSocketOption: [SERVICE.lwip, 7],
  close: [SERVICE.lwip, 8],
  connect: [SERVICE.lwip, 9],
  receive: [SERVICE.lwip, 12],
  send: [SERVICE.lwip, 15],
  socket: [SERVICE.lwip, 18],
  select: [SERVICE.lwip, 21],
  fcntl: [SERVICE.lwip, 23],
  errno: [SERVICE.lwip, 24],
  hostByName: [SERVICE.lwip, 25],
  findHost: [SERVICE.lwip, 26],
} as const;
export type CallName = keyof typeof CALLS;

/** @returns undefined for a call that the model does not answer */
export function nameOf({ serviceId, functionId }: Call): CallName | undefined {
  for (const [name, [service, id]] of Object.entries(CALLS)) {
    if (service === serviceId && id === functionId) return name as CallName;
  }
  return undefined;
}
