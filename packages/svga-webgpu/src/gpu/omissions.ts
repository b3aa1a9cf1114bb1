const MOST_REASONS = 64;

/** What was left out, and why: a bounded number of reasons, each with its count. */
export class Omissions {
  readonly counts = new Map<string, number>();

  add(reason: string): void {
    const known = this.counts.get(reason);
    if (known !== undefined || this.counts.size < MOST_REASONS) {
      this.counts.set(reason, (known ?? 0) + 1);
    } else {
      this.counts.set('others', (this.counts.get('others') ?? 0) + 1);
    }
  }
}
