/** The last so many of something, oldest first. */
export class Ring<T> {
  private items: T[] = [];

  constructor(private readonly capacity: number) {}

  push(item: T): void {
    this.items.push(item);
    // Cut in blocks, so that a push costs the same on average however full it is.
    if (this.items.length >= 2 * this.capacity) this.items = this.items.slice(-this.capacity);
  }

  toArray(): T[] {
    return this.items.slice(-this.capacity);
  }
}
