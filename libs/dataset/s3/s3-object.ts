import { WILDCARD } from '../csv-files.js';

/** Who reads; `secretAccessKey` and `sessionToken` are never shown. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** A bucket of an S3-compatible store. */
export interface S3Place {
  /** Such as https://s3.eu-central-1.amazonaws.com or http://127.0.0.1:9000. */
  endpoint: string;
  region: string;
  bucket: string;
  /** True: the bucket stands in the path, not in the host's name. */
  pathStyle: boolean;
  credentials: S3Credentials;
}

/** One object, as it was when it was listed: it is read as that one or not at all. */
export interface S3Object {
  place: S3Place;
  key: string;
  etag: string;
  bytes: number;
}

/** `s3://bucket/key`, for messages. */
export const shownObject = ({ place, key }: Pick<S3Object, 'place' | 'key'>): string => `s3://${place.bucket}/${key}`;

/** A pattern such as `s3://bucket/rows/*.csv` in its parts. */
export interface S3Pattern {
  bucket: string;
  /** Ends with / or is empty: what the names of the files leave out. */
  folder: string;
  /** Of names below the folder. */
  pattern: string;
}

/** Undefined for what is no `s3://` pattern with a bucket and a key. */
export function parseS3Pattern(text: string): S3Pattern | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(text) ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  const wild = key.search(WILDCARD);
  const end = key.lastIndexOf('/', wild < 0 ? key.length - 1 : wild) + 1;
  return { bucket, folder: key.slice(0, end), pattern: key.slice(end) };
}
