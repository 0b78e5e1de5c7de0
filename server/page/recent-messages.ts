import type { MessageView } from "../../src/common/api";

/** Maximum number of messages shown, of one device or of all. The oldest are dropped first. */
export const MESSAGES_SHOWN = 200;
/**
 * Maximum number of messages kept by device: 200 each of ten thousand devices would fill a
 * browser's memory.
 */
export const MESSAGES_KEPT = 20_000;

/**
 * Recent messages, kept for all devices together and for each device: in a common list alone, one
 * busy device would displace the messages of all others.
 */
export class RecentMessages {
  /** Number of all messages ever added, by which a view detects new messages. */
  count = 0;
  /** Number of messages that the server did not send because there were too many at once. */
  leftOut = 0;
  private readonly all: NumberedMessage[] = [];
  /** The messages of each device, by id. The device with the newest message comes last. */
  private readonly byDevice = new Map<string, NumberedMessage[]>();
  /** Number of messages in `byDevice`. */
  private kept = 0;

  /**
   * Adds a new message.
   * @param deviceId set if the message belongs to a known device
   */
  add(message: MessageView, deviceId: string | undefined): void {
    const numbered = { ...message, number: ++this.count };
    keep(this.all, numbered);
    if (deviceId === undefined) return;
    const list = this.byDevice.get(deviceId) ?? [];
    this.byDevice.delete(deviceId);
    this.byDevice.set(deviceId, list);
    this.kept += keep(list, numbered);
    for (const id of this.byDevice.keys()) {
      if (this.kept <= MESSAGES_KEPT) break;
      this.forget(id);
    }
  }

  /** Deletes a device's messages, because it was removed or has been silent the longest. */
  forget(deviceId: string): void {
    this.kept -= this.list(deviceId).length;
    this.byDevice.delete(deviceId);
  }

  /** Returns the messages of one device, or of all, oldest first. */
  list(deviceId?: string): readonly NumberedMessage[] {
    return deviceId === undefined ? this.all : (this.byDevice.get(deviceId) ?? []);
  }
}

export interface NumberedMessage extends MessageView {
  /** Number of the message: 1, 2, 3 … in the order of arrival. */
  number: number;
}

/**
 * Appends a message, and drops the oldest one if the list is full.
 * @returns by how many messages the list has grown
 */
function keep(list: NumberedMessage[], message: NumberedMessage): number {
  list.push(message);
  return list.length > MESSAGES_SHOWN && list.shift() ? 0 : 1;
}
