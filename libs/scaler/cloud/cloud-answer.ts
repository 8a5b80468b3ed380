/** What a call of the API came to, whatever it looked like. */
export type CloudAnswer =
  | { kind: 'data'; data: unknown }
  /** The API's own error; `code` is its text, such as 041006 or CLUSTER_DELETED. */
  | { kind: 'error'; code: string; status: number }
  /** Nothing that can be read: an empty body, HTML of a proxy. */
  | { kind: 'unreadable'; status: number; text: string };

const SHOWN_CHARACTERS = 120;
const CODE_DIGITS = 6;
const isOk = (status: number): boolean => status >= 200 && status < 300;

/** Objects with their keys in small letters, all the way down: the API writes accountId, accountID and AccountID. */
export function foldKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(foldKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), foldKeys(inner)]));
}

const parsed = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads an answer: `{data}` or `{error}`, an error being one whatever the HTTP status says; a bare number, which is an
 * error's code; anything else as unreadable. Keys come in small letters.
 */
export function readCloudAnswer(status: number, body: string): CloudAnswer {
  const json = parsed(body);
  const unreadable = { kind: 'unreadable' as const, status, text: body.trim().slice(0, SHOWN_CHARACTERS) };
  if (json === undefined) return unreadable;
  if (typeof json.value === 'number')
    return { kind: 'error', code: String(json.value).padStart(CODE_DIGITS, '0'), status };
  const value = foldKeys(json.value);
  const error = isRecord(value) ? value['error'] : undefined;
  if (error !== undefined && error !== null && error !== '')
    return { kind: 'error', code: typeof error === 'string' ? error : JSON.stringify(error), status };
  if (!isOk(status)) return unreadable;
  if (isRecord(value) && 'data' in value) return { kind: 'data', data: value['data'] };
  return { ...unreadable, text: `no data: ${unreadable.text}` };
}

/** A request body that comes as JSON in a text, or as JSON. */
export const readRequestBody = (body: unknown): unknown =>
  typeof body === 'string' ? foldKeys(parsed(body)?.value) : foldKeys(body);
