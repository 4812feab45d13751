// The Idempotency-Key of a press: a second press of the same after an answer that was lost does nothing twice.

export class PressKey {
  private kept: { of: string; key: string } | null = null;

  /** The same key as long as the same is ordered. */
  of(order: unknown): string {
    const of = JSON.stringify(order);
    if (this.kept?.of !== of) this.kept = { of, key: crypto.randomUUID() };
    return this.kept.key;
  }

  /** The hub has it: the same order again is another. */
  done(): void {
    this.kept = null;
  }
}
