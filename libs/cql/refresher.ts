/** Events come in bursts. */
const SOON_MS = 1_000;
/** A node may tell of another before that one stands in its tables. */
const AGAIN_MS = 10_000;

/** Reads the topology after events of the server: soon after the first of a burst, and once more after the last. */
export class Refresher {
  private soonTimer: NodeJS.Timeout | undefined;
  private againTimer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();

  /** `read` is never called while it is under way; `failed` is told why it did not work. */
  constructor(
    private readonly read: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  soon(): void {
    this.soonTimer ??= setTimeout(() => {
      this.soonTimer = undefined;
      this.refresh();
    }, SOON_MS).unref();
    clearTimeout(this.againTimer);
    this.againTimer = setTimeout(() => this.refresh(), AGAIN_MS).unref();
  }

  stop(): void {
    clearTimeout(this.soonTimer);
    clearTimeout(this.againTimer);
  }

  private refresh(): void {
    this.last = this.last.then(this.read).catch(this.failed);
  }
}
