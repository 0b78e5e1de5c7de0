import type { TopicNames } from "../../src/common/wire";
import type { Rejections } from "../base/rejections";
import type { BrokerLimits } from "../setup/broker-limits";
import type { BrokerCore } from "./core";
import type { Journal } from "./journal";
import type { Logins } from "./logins";

/** The parts of the broker that its clients use. */
export interface BrokerContext {
  readonly core: BrokerCore;
  readonly journal: Journal | undefined;
  readonly logins: Logins;
  readonly limits: BrokerLimits;
  readonly topics: TopicNames;
  readonly rejections: Rejections;
  /** Clients within this process. */
  readonly locals: Set<unknown>;
  /** Makes a client id for a client that has sent none. */
  newClientId(): string;
  /**
   * Called when a connection has replaced another one with the same client id. `from` is the
   * address of the replaced connection, `by` that of the new one.
   */
  onReplaced(clientId: string, from: string, by: string): void;
  onTrouble(message: string): void;
}
