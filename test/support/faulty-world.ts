import { afterEach, beforeEach, expect } from "vitest";
import { FaultyBroker, type FaultyConnection } from "./faulty-broker";
import type { Order, OrderedClient, Setup } from "./ordered-client";
import { IN_NODE, type Start } from "./worlds";

/** The broker of the present test. */
export let broker: FaultyBroker;
/** The client of the present test. */
export let client: OrderedClient;

let inWorld: Start;

/** Gives each test of a file a new broker, and checks at its end that the client did not panic. */
export function useFaultyBroker(): void {
  beforeEach(async () => {
    inWorld = IN_NODE;
    broker = await FaultyBroker.start();
  });

  afterEach(async () => {
    await client.stop();
    await broker.stop();
    expect(client.panics).toEqual([]);
  });
}

/** Chooses where the client of the present test runs. Without a call, it runs in Node. */
export function runIn(world: Start): void {
  inWorld = world;
}

/** Starts the client of the present test, connected to the broker. */
export async function startClient(setup: Partial<Setup> = {}, order?: Order): Promise<void> {
  client = await inWorld({ port: broker.port, ...setup }, order);
}

/** Starts the client of the present test with a persistent session. */
export async function startSession(order: Order = {}, setup: Partial<Setup> = {}): Promise<void> {
  await startClient({ cleanSession: false, ...setup }, order);
}

/** Sends an order to the connected client. */
export async function order(text: Order): Promise<FaultyConnection> {
  const connection = await broker.untilConnected();
  connection.publish("do", JSON.stringify(text));
  return connection;
}

/** Makes a client that was started in another way the client of the present test. */
export function useClient<T extends OrderedClient>(started: T): T {
  client = started;
  return started;
}
