import type { Connection } from './connection.js';
import type { Route } from './route.js';

/** What is shown below the head; `signal` aborts when the reader goes elsewhere. */
export interface PageParts {
  connection: Connection;
  route: Route;
  signal: AbortSignal;
  setTitle: (title: string) => void;
}

export type Page = (parts: PageParts) => HTMLElement;
