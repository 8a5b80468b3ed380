import { CodedError } from '#libs/contract/coded-error.js';

const CHANGED = 'it is not the object any more that was listed: register or list it again';

/** What the store's own names of errors mean, and what helps. */
const SENTENCES: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket: check its name',
  NoSuchKey: 'there is no such object any more: list or register it again',
  NotFound: 'there is no such object: check bucket and key',
  AccessDenied: 'these credentials may not read it (AccessDenied): check the rights of the access key',
  Forbidden: 'these credentials may not read it (403): check the access key and its rights',
  InvalidAccessKeyId: 'the store does not know the access key id: check the credentials',
  SignatureDoesNotMatch: 'the secret access key is not that of the access key id: check the credentials',
  ExpiredToken: 'the session token has expired: give new credentials',
  PreconditionFailed: CHANGED,
  SlowDown: 'the store asked for fewer requests again and again (503 SlowDown): try later, or with fewer lanes',
  ServiceUnavailable: 'the store is not available (503): try later',
  InternalError: 'the store failed (500): try later',
  ECONNREFUSED: 'nobody listens there: check the endpoint',
  ENOTFOUND: 'the host of the endpoint is not known: check the endpoint',
  TimeoutError: 'the store did not answer in time: check the endpoint',
  PermanentRedirect: 'the bucket is in another region: check region and endpoint',
};

interface Told {
  name: string;
  status: number | undefined;
  message: string;
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function told(error: unknown): Told {
  if (!(error instanceof Error)) return { name: '', status: undefined, message: String(error) };
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status = isFields(metadata) ? metadata['httpStatusCode'] : undefined;
  const code: unknown = Reflect.get(error, 'code');
  return {
    name: typeof code === 'string' && SENTENCES[code] !== undefined ? code : error.name,
    status: typeof status === 'number' ? status : undefined,
    message: error.message,
  };
}

const BY_STATUS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'NotFound',
  412: 'PreconditionFailed',
  503: 'ServiceUnavailable',
};

/** A failure of the store as CodedError INPUT_UNREADABLE; `shown` is what could not be read. No header is repeated. */
export function s3Problem(shown: string, endpoint: string, error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const { name, status, message } = told(error);
  const sentence = SENTENCES[name] ?? SENTENCES[BY_STATUS[status ?? 0] ?? ''] ?? `${name}: ${message}`;
  return new CodedError('INPUT_UNREADABLE', `${shown} cannot be read from ${endpoint}: ${sentence}`, [], {
    cause: error,
  });
}

/** The object was replaced while it was read. */
export const changedProblem = (shown: string, endpoint: string): CodedError =>
  new CodedError('INPUT_UNREADABLE', `${shown} cannot be read from ${endpoint}: ${CHANGED}`);
