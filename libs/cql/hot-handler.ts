/**
 * Where the answers of hot operations go. Called from inside the socket's read callback; must not throw. `slot` is what
 * the operation was begun with; `outcome` is an index into OUTCOMES.
 */
export interface HotHandler {
  /** RESULT Void (or any result that has no rows). */
  onVoid(slot: number): void;
  /** RESULT Rows: `start`..`end` bound the body after the result kind; valid during the call only. */
  onRows(slot: number, buffer: Buffer, start: number, end: number): void;
  onError(slot: number, outcome: number, message: string | undefined): void;
  /** The statement had to be prepared anew and is: begin the operation again. */
  onRetry(slot: number): void;
  /** All answers of one read have been handed on: a good moment to begin more. */
  onTurn(): void;
}
