import { el } from '../element.js';
import type { PageParts } from '../page.js';

export const startPage = ({ setTitle }: PageParts): HTMLElement => {
  setTitle('Start a run');
  return el('div', {}, el('h1', {}, 'Start a run'));
};
