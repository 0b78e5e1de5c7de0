/** What is kept of a device at one moment: a reading, or a change of its LED. */
export interface Row {
  /** When the reading was taken, or the LED changed; Unix time, ms. */
  atMs: number;
  /** The fields that the rule is about; none if only the LED changed. */
  values: Record<string, number>;
  /** Null if it is not known. */
  ledOn: boolean | null;
}

/** Else it says the LED alone. */
export function isReading({ values }: Row): boolean {
  for (const field in values) if (values[field] !== undefined) return true;
  return false;
}

/** A row on its way into the history. */
export interface DeviceRow extends Row {
  id: string;
}
