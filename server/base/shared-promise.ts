/**
 * A value that is made once and shared by all callers. If making it fails, the next caller tries
 * again.
 */
export class SharedPromise<T> {
  private made: Promise<T> | undefined;

  async get(make: () => Promise<T>): Promise<T> {
    const made = (this.made ??= make());
    try {
      return await made;
    } catch (error) {
      // If a retry is already under way, the promise of the retry stays.
      if (this.made === made) this.made = undefined;
      throw error;
    }
  }
}
