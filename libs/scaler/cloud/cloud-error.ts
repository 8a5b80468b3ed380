import type { CloudAnswer } from './cloud-answer.js';

/** What the codes say that a resize can meet; from the API's own list. */
const MEANING: ReadonlyMap<number, string> = new Map([
  [1, 'too many requests from this address'],
  [2, 'the token may not do this'],
  [20001, 'not authenticated'],
  [20002, 'not authenticated'],
  [20005, 'only bearer tokens are supported'],
  [20006, 'authentication denied'],
  [40001, 'the cluster is deleted'],
  [41001, 'invalid request format'],
  [41002, 'unexpected error'],
  [41003, 'the data center has to be active to be resized'],
  [41004, 'the feature is not enabled on this cluster'],
  [41005, 'resizing by this number of nodes is not permitted; support can permit it'],
  [41006, 'an active resize request exists'],
  [41007, 'the number of nodes is not a multiple of the replication factor'],
  [41008, 'clusters with X-Cloud scaling cannot be resized'],
  [41009, 'invalid instance type'],
  [420004, 'data center not found'],
  [420005, 'the data center is not in the cluster'],
  [420006, 'the data center is not active'],
  [420017, 'the present and the wanted size are the same'],
  [420020, 'the number of nodes has to be a multiple of the replication factor'],
]);

export const THROTTLED = 1;
/** No repetition helps: login, permission, settings. */
const HOPELESS: ReadonlySet<number> = new Set([
  2, 20001, 20002, 20005, 20006, 40001, 41001, 41004, 41005, 41007, 41008, 41009, 420004, 420005, 420020,
]);

/** The number of a code, zeros before it or not; undefined for one in words. */
export const codeNumber = (code: string): number | undefined => (/^\d{1,9}$/.test(code) ? Number(code) : undefined);

/** A call that did not give data. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  constructor(
    readonly answer: Exclude<CloudAnswer, { kind: 'data' }> | { kind: 'unsent' | 'lost'; cause: string },
    call: string,
  ) {
    super(`${call}: ${wordsOf(answer)}`);
  }

  /** Repeating it helps nobody. */
  get isHopeless(): boolean {
    const { answer } = this;
    if (answer.kind === 'error')
      return answer.code === 'CLUSTER_DELETED' || HOPELESS.has(codeNumber(answer.code) ?? -1);
    return answer.kind === 'unreadable' && [401, 403].includes(answer.status);
  }
}

function wordsOf(answer: CloudError['answer']): string {
  switch (answer.kind) {
    case 'error': {
      const meaning = MEANING.get(codeNumber(answer.code) ?? -1);
      return `error ${answer.code}${meaning === undefined ? '' : ` (${meaning})`}`;
    }
    case 'unreadable':
      return `HTTP ${answer.status} with ${answer.text === '' ? 'an empty body' : JSON.stringify(answer.text)}`;
    case 'unsent':
      return `not sent: ${answer.cause}`;
    case 'lost':
      return `no answer: ${answer.cause}`;
  }
}
