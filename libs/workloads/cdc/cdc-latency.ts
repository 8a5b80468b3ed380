import { SignedLatency, type SignedPart } from '#libs/stats/signed-latency.js';
import type { CdcReport } from './cdc.schema.js';

type Latency = CdcReport['fromAck'];

const encoded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const decoded = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** Latencies as a report has them. */
export function latencyOf(latency: SignedLatency): Latency {
  const { figures, above, below } = latency.part();
  return { ...figures, ...(figures.count > 0 && { hdr: { above: encoded(above), below: encoded(below) } }) };
}

const partsOf = ({ hdr, ...figures }: Latency): SignedPart[] =>
  hdr === undefined ? [] : [{ figures, above: decoded(hdr.above), below: decoded(hdr.below) }];

/** The latencies of several executors as one: their percentiles are those of the changes of all. */
export function joinLatencies(all: readonly Latency[]): Latency {
  const merged = SignedLatency.merged(all.flatMap(partsOf));
  const joined = latencyOf(merged);
  merged.destroy();
  return joined;
}
