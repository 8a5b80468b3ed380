/** A request that the provider works on, or has worked on. */
export interface RequestView {
  id: string;
  type: string;
  /** As the provider writes it, in capitals. */
  status: string;
  detail: string | null;
}

/** What the provider tells of the cluster. */
export interface ClusterView {
  /** Nodes that are there, those that come and go among them. */
  nodes: number;
  /** All of them serve, and none comes or goes. */
  isHealthy: boolean;
  /** What of them is not as it should be; empty when healthy. */
  trouble: string;
  /** Requests under way, queued ones among them, whoever made them. */
  active: readonly RequestView[];
  /** Every request that the provider knows, whatever came of it. */
  knownIds: readonly string[];
  /**
   * The request of the resize that was asked about: by its id, or, where none is known, a request that was not there before
   * and asks for the same. Null when there is none; undefined where the provider has no requests and only nodes tell.
   */
  own: RequestView | null | undefined;
}

/** A resize that is to be made, as it is kept before it is asked for. */
export interface Intent {
  from: number;
  to: number;
  /** Null until the provider has told it. */
  requestId: string | null;
  /** Requests that were there before. */
  knownIds: readonly string[];
}

/** What came of asking for a resize. */
export type Answer =
  | { kind: 'accepted'; requestId: string | null }
  /** Not done, and the same may be asked for later. */
  | { kind: 'refused'; message: string }
  /** Not done, and it never will be. */
  | { kind: 'forbidden'; message: string }
  /** Begun, perhaps, and it came to nothing. */
  | { kind: 'failed'; message: string }
  /** Nobody knows whether it is done: the answer was lost or makes no sense. */
  | { kind: 'uncertain'; message: string };

/** Somebody who can resize a cluster. */
export interface Resizer {
  /** To ask for the same size twice does no more than to ask once. */
  readonly isRepeatable: boolean;
  /** Throws what keeps it from telling; that may pass, unless it is a `ScalerRefusal`. */
  look(intent: Intent | null, signal: AbortSignal): Promise<ClusterView>;
  /** Asks once, never again by itself. Does not throw. */
  ask(intent: Intent, signal: AbortSignal): Promise<Answer>;
}

/** Nothing can be resized with these settings: a token that is not valid, bounds that do not fit. */
export class ScalerRefusal extends Error {
  override readonly name = 'ScalerRefusal';
}
