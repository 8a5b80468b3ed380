/** Facts of a span. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  name: string;
  /** `server` for an answered request, `internal` for work of our own. */
  kind: 'server' | 'internal';
  /** W3C traceparent of the caller or of the span above; a new trace when absent or malformed. */
  parent?: string | undefined;
  /** Epoch milliseconds; now when absent. */
  startMs?: number | undefined;
  attributes?: Attributes | undefined;
}

export interface Span {
  /** W3C traceparent by which other processes join; undefined when nothing is traced and no caller traces either. */
  readonly traceParent: string | undefined;
  /** `error`: why what was done failed, in a sentence. */
  end(outcome?: { name?: string; error?: string | undefined; attributes?: Attributes; endMs?: number }): void;
}

/** Where spans go. */
export interface Tracing {
  start(span: SpanStart): Span;
  /** Sends what waits, for a few seconds at most. */
  close(): Promise<void>;
}

/** version-traceid-parentid-flags of W3C Trace Context; zeros are no ids. */
const TRACE_PARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export interface TraceParent {
  traceId: string;
  spanId: string;
  isSampled: boolean;
}

/** Undefined for what is no traceparent of version 00. */
export function parseTraceParent(text: string | undefined): TraceParent | undefined {
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceParent = ({ traceId, spanId, isSampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;

/** Traces nothing, and hands a caller's trace on so that others may join it. */
export const noTracing: Tracing = {
  start: ({ parent }) => ({
    traceParent: parseTraceParent(parent) === undefined ? undefined : parent,
    end: () => undefined,
  }),
  close: () => Promise.resolve(),
};
