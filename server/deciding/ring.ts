/** The last `capacity` items, oldest first. */
export class Ring<T> {
  private items: T[] = [];

  constructor(private readonly capacity: number) {}

  push(item: T): void {
    this.items.push(item);
    // The list is trimmed in blocks, so that the average cost of a push is constant.
    if (this.items.length >= 2 * this.capacity) this.items = this.items.slice(-this.capacity);
  }

  toArray(): T[] {
    return this.items.slice(-this.capacity);
  }
}
