/** The light that the device drives: DeviceScript's `LightBulb`, or a class of `parts/`. */
export interface Lamp {
  readonly intensity: {
    /**
     * Sets the lamp.
     * @param value brightness, 0..1
     */
    write(value: number): Promise<void>;
  };
}
