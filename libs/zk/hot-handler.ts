/**
 * Where the answers of hot operations go. Called from inside the socket's read callback; must not throw. `slot` is what the
 * operation was begun with.
 */
export interface HotHandler {
  /** The operation was carried out: `start`..`end` bound the answer's body, valid during the call only. */
  onAnswer(slot: number, buffer: Buffer, start: number, end: number): void;
  /** It was not: a code of ZooKeeper's (any number), or CONNECTION_LOSS and OPERATION_TIMEOUT of our own. */
  onFailure(slot: number, code: number): void;
  /** All answers of one read have been handed on: a good moment to begin more. */
  onTurn(): void;
}

/** For sessions without hot operations. */
export const NO_HANDLER: HotHandler = { onAnswer: () => {}, onFailure: () => {}, onTurn: () => {} };
