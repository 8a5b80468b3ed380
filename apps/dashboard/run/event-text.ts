/** One block of a `text/event-stream`. */
export interface SentEvent {
  id: string;
  type: string;
  data: unknown;
}

/** Cuts a `text/event-stream` into events, whatever pieces it comes in. */
export class EventText {
  private rest = '';

  /** The events that `text` completes. Heartbeats are none. */
  add(text: string): SentEvent[] {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    return blocks.map(parseBlock).filter((event) => event !== undefined);
  }
}

function parseBlock(block: string): SentEvent | undefined {
  let [id, type] = ['', 'message'];
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    const name = line.slice(0, colon);
    if (name === 'id') id = value;
    else if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { id, type, data: JSON.parse(data.join('\n')) };
}
