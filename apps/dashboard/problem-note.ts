import { ApiProblem, type Schemas } from './connection.js';
import { el } from './element.js';

/** What went wrong, in words; every issue of a refused input. */
export function problemNote(error: unknown): HTMLElement {
  if (!(error instanceof ApiProblem)) throw error;
  return el('div', { class: 'note bad', role: 'alert' }, el('strong', {}, error.message), issueList(error.issues));
}

export const issueList = (issues: readonly Schemas['Issue'][]): HTMLElement | null =>
  issues.length === 0
    ? null
    : el(
        'ul',
        {},
        issues.map(({ path, message }) => el('li', {}, path === '' ? null : el('code', {}, path), ' ', message)),
      );
