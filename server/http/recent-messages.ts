import type { MessageView } from "../../src/common/api";
import { withPrintablePayload } from "../base/log";
import type { ServerBus } from "../deciding/index";

const KEPT = 200;

/** The last messages on the bus, for a page that opens. Pure. */
export class RecentMessages {
  private messages: MessageView[] = [];

  constructor(bus: ServerBus) {
    bus.on("message", (message) => {
      this.messages.push(message);
      // The list is trimmed in blocks, so that the average cost of a message is constant.
      if (this.messages.length >= 2 * KEPT) this.messages = this.messages.slice(-KEPT);
    });
  }

  /** Returns the messages, oldest first. */
  list(): MessageView[] {
    return this.messages.slice(-KEPT).map(withPrintablePayload);
  }
}
