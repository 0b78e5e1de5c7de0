import type { MessageView } from "../../src/common/api";

/** How many messages are shown, of all devices or of one; the oldest go first. */
export const MESSAGES_SHOWN = 200;
/** Ten thousand devices with 200 messages each would fill a browser's memory. */
export const MESSAGES_KEPT = 20_000;

/** The messages that passed: of all devices, and of each, for a chatty one drowns the others. */
export class RecentMessages {
  /** Counts all that ever came, so that a view can tell which are new. */
  count = 0;
  /** Too many at once to be sent here. */
  leftOut = 0;
  private readonly all: NumberedMessage[] = [];
  /** The device that spoke last comes last. */
  private readonly byDevice = new Map<string, NumberedMessage[]>();
  /** How many there are in `byDevice`. */
  private kept = 0;

  /** @param deviceId if it belongs to a known device */
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

  /** It is no known device any more, or has been quiet for the longest time. */
  forget(deviceId: string): void {
    this.kept -= this.list(deviceId).length;
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

/** @returns how many more there are */
function keep(list: NumberedMessage[], message: NumberedMessage): number {
  list.push(message);
  return list.length > MESSAGES_SHOWN && list.shift() ? 0 : 1;
}
