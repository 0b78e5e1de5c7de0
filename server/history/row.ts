/** A stored moment of a device: a reading, or a change of its LED. */
export interface Row {
  /** When the reading was taken or the LED changed; Unix time, ms. */
  atMs: number;
  /** The fields that the rule uses; empty if only the LED changed. */
  values: Record<string, number>;
  /** The LED's state, or null if it is unknown. */
  ledOn: boolean | null;
}

/** Whether the row is a reading. If not, it holds the LED's state only. */
export function isReading({ values }: Row): boolean {
  for (const field in values) if (values[field] !== undefined) return true;
  return false;
}

/** A row with its device's id, as it is passed to the history. */
export interface DeviceRow extends Row {
  id: string;
}
