/** Checks that a device's descriptors are consistent: USB 2.0, 9.6; CDC 1.2, 5.2 and 5.4.1. */

export interface UsbInterface {
  number: number;
  class: number;
  subclass: number;
  endpoints: { address: number; type: number; packet: number }[];
  /** Functional descriptors of the class, by subtype. */
  functions: Map<number, Uint8Array>;
}

export interface UsbDescription {
  vendorId: number;
  productId: number;
  strings: { vendor: number; product: number; serial: number };
  interfaces: UsbInterface[];
}

export class BadDescriptor extends Error {}

const TYPE = {
  device: 1,
  configuration: 2,
  interface: 4,
  endpoint: 5,
  association: 11,
  class: 0x24,
};
const FULL_SPEED_BULK = [8, 16, 32, 64];

function demand(holds: boolean, what: string): void {
  if (!holds) throw new BadDescriptor(what);
}

const u16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

export function readDescription(device: Uint8Array, configuration: Uint8Array): UsbDescription {
  demand(device.length === 18 && device[0] === 18 && device[1] === TYPE.device, "device: 9.6.1");
  demand(u16(device, 2) === 0x0200, "device: bcdUSB");
  demand([8, 16, 32, 64].includes(device[7] ?? 0), "device: bMaxPacketSize0");
  demand(device[17] === 1, "device: one configuration");
  const interfaces = readInterfaces(configuration);
  const composite = device[4] === 0xef && device[5] === 2 && device[6] === 1;
  const associated = split(configuration).some((part) => part[1] === TYPE.association);
  demand(composite === associated, "device: its class and the interface association");
  return {
    vendorId: u16(device, 8),
    productId: u16(device, 10),
    strings: { vendor: device[14] ?? 0, product: device[15] ?? 0, serial: device[16] ?? 0 },
    interfaces,
  };
}

/** Splits a configuration into its descriptors. Each descriptor begins with its length (9.5). */
function split(configuration: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < configuration.length;) {
    const length = configuration[at] ?? 0;
    demand(length >= 2 && at + length <= configuration.length, `a length of ${length} at ${at}`);
    parts.push(configuration.subarray(at, at + length));
    at += length;
  }
  return parts;
}

function readInterfaces(configuration: Uint8Array): UsbInterface[] {
  const [head, ...parts] = split(configuration);
  demand(head?.length === 9 && head[1] === TYPE.configuration, "configuration: 9.6.3");
  const first = head as Uint8Array;
  demand(u16(first, 2) === configuration.length, "configuration: wTotalLength");
  demand(((first[7] ?? 0) & 0x9f) === 0x80, "configuration: bmAttributes");
  const interfaces: UsbInterface[] = [];
  for (const part of parts) {
    const [length = 0, type = 0] = part;
    const last = interfaces.at(-1);
    if (type === TYPE.interface) {
      demand(length === 9 && part[2] === interfaces.length && part[3] === 0, "interface: 9.6.5");
      demand(!last || last.endpoints.length === announced.get(last), "interface: bNumEndpoints");
      const made = {
        number: interfaces.length,
        class: part[5] ?? 0,
        subclass: part[6] ?? 0,
        endpoints: [],
        functions: new Map<number, Uint8Array>(),
      };
      announced.set(made, part[4] ?? 0);
      interfaces.push(made);
    } else if (type === TYPE.endpoint) {
      demand(length === 7 && last !== undefined, "endpoint: 9.6.6");
      last?.endpoints.push(readEndpoint(part));
    } else if (type === TYPE.class) {
      demand(last !== undefined, "a functional descriptor before its interface");
      last?.functions.set(part[2] ?? 0, part);
    } else demand(type === TYPE.association && length === 8, `a descriptor of type ${type}`);
  }
  const last = interfaces.at(-1);
  demand(!last || last.endpoints.length === announced.get(last), "interface: bNumEndpoints");
  demand(first[4] === interfaces.length, "configuration: bNumInterfaces");
  const addresses = interfaces.flatMap(({ endpoints }) => endpoints.map(({ address }) => address));
  demand(new Set(addresses).size === addresses.length, "an endpoint twice");
  return interfaces;
}

/** The bNumEndpoints of each interface, to compare with the endpoints counted. */
const announced = new WeakMap<UsbInterface, number>();

function readEndpoint(part: Uint8Array): UsbInterface["endpoints"][number] {
  const [, , address = 0, attributes = 0] = part;
  const packet = u16(part, 4);
  const type = attributes & 3;
  if (type === 2) demand(FULL_SPEED_BULK.includes(packet), "endpoint: 5.8.3");
  if (type === 3) demand(packet <= 64 && (part[6] ?? 0) >= 1, "endpoint: 5.7.3");
  return { address, type, packet };
}

/** Checks that the two interfaces of an abstract control model refer to each other. */
export function checkSerialPort({ interfaces }: UsbDescription): void {
  const control = interfaces.find((one) => one.class === 2 && one.subclass === 2);
  const data = interfaces.find((one) => one.class === 0x0a);
  demand(control !== undefined && data !== undefined, "no serial port");
  const header = control?.functions.get(0);
  demand(header?.length === 5 && [0x110, 0x120].includes(u16(header, 3)), "header: CDC 5.2.3.1");
  const union = control?.functions.get(6);
  demand(union?.[3] === control?.number && union?.[4] === data?.number, "union: CDC 5.2.3.2");
  const model = control?.functions.get(2);
  demand(model?.length === 4 && ((model[3] ?? 0) & 2) !== 0, "abstract control: PSTN 5.3.2");
  demand(control?.endpoints.length === 1 && control.endpoints[0]?.type === 3, "notification");
  demand(data?.endpoints.length === 2, "data endpoints");
  demand(data?.endpoints.every(({ type }) => type === 2) === true, "data endpoints: bulk");
}
