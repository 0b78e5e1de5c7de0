/** Made once, for all who ask; if that fails, the next who asks tries again. */
export class Once<T> {
  private made: Promise<T> | undefined;

  async get(make: () => Promise<T>): Promise<T> {
    const made = (this.made ??= make());
    try {
      return await made;
    } catch (error) {
      // Another try may be under way already.
      if (this.made === made) this.made = undefined;
      throw error;
    }
  }
}
