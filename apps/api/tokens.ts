import { Inject } from '@nestjs/common';

/** What the API is made of and cannot construct itself; `startApi` and the tests provide it. */
export const STORE = Symbol('Store');
export const CONFIG = Symbol('ApiConfig');
export const QUEUE = Symbol('RunQueue');
export const NOW_MS = Symbol('NowMs');
export const LOOKUP = Symbol('Lookup');

/** Epoch milliseconds. */
export type NowMs = () => number;

/** Addresses of a host name; rejects when it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export const InjectStore = () => Inject(STORE);
export const InjectQueue = () => Inject(QUEUE);
export const InjectConfig = () => Inject(CONFIG);
export const InjectNowMs = () => Inject(NOW_MS);
export const InjectLookup = () => Inject(LOOKUP);
