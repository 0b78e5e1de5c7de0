/** What glows: a `LightBulb` of DeviceScript's, or a part of `parts/`. */
export interface Lamp {
  readonly intensity: {
    /** @param value 0..1 */
    write(value: number): Promise<void>;
  };
}
