import type { HotHandler } from '#libs/cql/hot-handler.js';
import { frameTemplate } from '#libs/cql/frame-template.js';
import type { CONSISTENCY } from '#libs/cql/protocol.js';
import type { SessionOptions } from '#libs/cql/session-options.js';
import { WireSession } from '#libs/cql/session.js';

export interface FramesLoopOptions {
  /** How the target is connected to; both engines take the same. */
  session(handler: HotHandler): SessionOptions;
  cql: string;
  values: readonly Buffer[];
  consistency: keyof typeof CONSISTENCY;
  inFlight: number;
}

/** A closed loop under way; it ends with its thread. */
export interface FramesLoop {
  /** Operations answered so far. */
  done(): number;
}

/** The same EXECUTE frame through libs/cql; a frame is copied into the socket's buffer, nothing is generated. */
export async function wireFrames(options: FramesLoopOptions): Promise<FramesLoop> {
  const { cql, values, consistency, inFlight } = options;
  const free = Int32Array.from({ length: inFlight }, (_, slot) => slot);
  // None until the template is there: connecting has turns too.
  let freeCount = 0;
  let done = 0;
  const answered = (slot: number): void => {
    done++;
    free[freeCount++] = slot;
  };
  const fire = (): void => {
    if (freeCount === 0) return;
    while (freeCount > 0) {
      if (session.begin(free[--freeCount] ?? 0, template) < 0) throw new Error('no connection can take an operation');
    }
    session.flush();
  };
  const session = await WireSession.connect(
    options.session({
      onVoid: answered,
      onRows: answered,
      onRetry: (slot) => void (free[freeCount++] = slot),
      onError: (_slot, outcome, message) => {
        throw new Error(`an operation failed: ${message ?? `outcome ${outcome}`}`);
      },
      onTurn: () => fire(),
    }),
  );
  const lengths = values.map((value) => value.length);
  const template = frameTemplate(await session.prepare(cql), consistency, lengths);
  for (const [index, value] of values.entries()) value.copy(template.bytes, template.valueOffsets[index]);
  freeCount = inFlight;
  fire();
  return { done: () => done };
}
