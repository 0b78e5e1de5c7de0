import type { MessageView } from "../../src/common/api";

/** How many messages are kept and shown; the oldest go first. */
export const MESSAGES_SHOWN = 200;

/** The messages that passed: of all devices, and of each, for a chatty one drowns the others. */
export class RecentMessages {
  /** Counts all that ever came, so that a view can tell which are new. */
  count = 0;
  /** Too many at once to be sent here. */
  leftOut = 0;
  private readonly all: NumberedMessage[] = [];
  private readonly byDevice = new Map<string, NumberedMessage[]>();

  /** @param deviceId if it belongs to a known device */
  add(message: MessageView, deviceId: string | undefined): void {
    const numbered = { ...message, number: ++this.count };
    keep(this.all, numbered);
    if (deviceId === undefined) return;
    const list = this.byDevice.get(deviceId) ?? [];
    this.byDevice.set(deviceId, list);
    keep(list, numbered);
  }

  /** It is no known device any more. */
  forget(deviceId: string): void {
    this.byDevice.delete(deviceId);
  }

  /** Oldest first; those of one device, or all. */
  list(deviceId?: string): readonly NumberedMessage[] {
    return deviceId === undefined ? this.all : (this.byDevice.get(deviceId) ?? []);
  }
}

export interface NumberedMessage extends MessageView {
  /** 1, 2, 3 … in the order in which they came. */
  number: number;
}

function keep(list: NumberedMessage[], message: NumberedMessage): void {
  list.push(message);
  if (list.length > MESSAGES_SHOWN) list.shift();
}
