import { S3Client } from '@aws-sdk/client-s3';
import type { S3Place } from './s3-object.js';

const CONNECT_MS = 5_000;
/** Until an answer begins. */
const ANSWER_MS = 30_000;
/** Of one request, refusals such as 503 SlowDown included; the client waits longer from try to try. */
const TRIES = 6;

const clients = new WeakMap<S3Place, S3Client>();

/** The client of a place, one for each thread that reads from it. */
export function s3ClientOf(place: S3Place): S3Client {
  const known = clients.get(place);
  if (known) return known;
  const { endpoint, region, pathStyle, credentials } = place;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: pathStyle,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    maxAttempts: TRIES,
    retryMode: 'standard',
    // An endpoint that points elsewhere was not checked against the networks that are allowed.
    followRegionRedirects: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
  clients.set(place, client);
  return client;
}
