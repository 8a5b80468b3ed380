import type { Store } from '#libs/store/port.js';

const LOG_PAGE = 1_000;

/** Lines as the text of a terminal. */
export const linesText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What the executors said of a run, as the text of a terminal. */
export async function* logLines(store: Store, runId: string): AsyncGenerator<string, void, undefined> {
  for (let afterId = 0; ;) {
    const lines = await store.log.read(runId, afterId, LOG_PAGE);
    yield linesText(lines.map(({ message }) => message));
    if (lines.length < LOG_PAGE) return;
    afterId = lines.at(-1)?.id ?? afterId;
  }
}
