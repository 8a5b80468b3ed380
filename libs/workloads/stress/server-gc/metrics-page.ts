/** A page of a node with thousands of tables is some megabytes; nothing sane is larger. */
const MOST_CHARACTERS = 64 << 20;
const LONGEST_LINE = 1 << 16;

/**
 * Hands every line of the text at `url` on while it comes, so that no page is held in memory. Throws when it cannot be
 * read, is no success, leads elsewhere or does not end.
 */
export async function readLines(url: string, signal: AbortSignal, take: (line: string) => void): Promise<void> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'text/plain' } });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  let rest = '';
  let seen = 0;
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    seen += text.length;
    if (seen > MOST_CHARACTERS) throw new Error(`it has more than ${MOST_CHARACTERS} characters`);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new Error(`it has a line of more than ${LONGEST_LINE} characters`);
    for (const line of lines) take(line);
  }
  take(rest);
}
