interface PauseParts {
  nowNs: () => number;
  /** Calls back at a time of that clock or a little later. */
  wakeAt: (atNs: number, callback: () => void) => void;
  /** How long to wait after so many failures in a row, nanoseconds. */
  backoffNs: (failures: number) => number;
  wake: () => void;
}

/**
 * Batches that fail for good are not tried again; but where nothing else happens, the next ones are not hurried: without
 * a pause a target that refuses everything would be asked as fast as it answers.
 */
export class FailurePause {
  private untilNs = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private written = 0;

  constructor(private readonly parts: PauseParts) {}

  get isOver(): boolean {
    return this.parts.nowNs() >= this.untilNs;
  }

  /** A batch has failed, and so many have been written until now. Those that were in flight together count once. */
  failed(written: number): void {
    if (written > this.written) this.failures = 0;
    this.written = written;
    if (!this.isOver) return;
    const { nowNs, wakeAt, backoffNs, wake } = this.parts;
    this.untilNs = nowNs() + backoffNs(this.failures++);
    wakeAt(this.untilNs, wake);
  }
}
