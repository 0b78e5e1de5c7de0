/** The firmware calls that the coprocessor model answers, by service and function. */
import type { Call } from "./codec";

export const RPC_SERVICE = { system: 1, wifi: 14, adapter: 15, lwip: 16, wifiEvents: 19 } as const;

/** Service and function number by name. Tests order faults by these names. */
const CALLS = {
  version: [RPC_SERVICE.system, 1],
  wifiConnect: [RPC_SERVICE.wifi, 1],
  wifiDisconnect: [RPC_SERVICE.wifi, 3],
  wifiIsConnected: [RPC_SERVICE.wifi, 4],
  wifiOn: [RPC_SERVICE.wifi, 27],
  wifiOff: [RPC_SERVICE.wifi, 28],
  adapterInit: [RPC_SERVICE.adapter, 1],
  ipInfo: [RPC_SERVICE.adapter, 7],
  dhcpStart: [RPC_SERVICE.adapter, 13],
  getSocketOption: [RPC_SERVICE.lwip, 6],
  setSocketOption: [RPC_SERVICE.lwip, 7],
  close: [RPC_SERVICE.lwip, 8],
  connect: [RPC_SERVICE.lwip, 9],
  receive: [RPC_SERVICE.lwip, 12],
  send: [RPC_SERVICE.lwip, 15],
  socket: [RPC_SERVICE.lwip, 18],
  select: [RPC_SERVICE.lwip, 21],
  fcntl: [RPC_SERVICE.lwip, 23],
  errno: [RPC_SERVICE.lwip, 24],
  hostByName: [RPC_SERVICE.lwip, 25],
  findHost: [RPC_SERVICE.lwip, 26],
} as const;
export type CallName = keyof typeof CALLS;

/** @returns undefined for a call that the model does not answer */
export function nameOf({ serviceId, functionId }: Call): CallName | undefined {
  for (const [name, [service, id]] of Object.entries(CALLS)) {
    if (service === serviceId && id === functionId) return name as CallName;
  }
  return undefined;
}
