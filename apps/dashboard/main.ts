import { Connection } from './connection.js';
import { el, fill } from './element.js';
import { executorsPage } from './executors/executors-page.js';
import { startPage } from './form/start-page.js';
import type { Page } from './page.js';
import { formatRoute, parseRoute } from './route.js';
import { runListPage } from './runs/run-list-page.js';
import { runPage } from './run/run-page.js';
import { askForKey } from './sign-in.js';

const PAGES: Readonly<Record<string, Page>> = { executors: executorsPage, start: startPage };

const LINKS = [
  { name: '', text: 'Runs' },
  { name: 'start', text: 'Start a run' },
  { name: 'executors', text: 'Executors' },
];

/** The page of a route; the list of runs for one that nobody knows. */
function pageOf([first = '', second]: readonly string[]): Page {
  if (first === 'runs' && second !== undefined) return runPage;
  return PAGES[first] ?? runListPage;
}

const connection = new Connection(new URL('.', document.baseURI).href, sessionStorage);
const main = el('main', { id: 'main', tabindex: '-1' });
const nav = el('nav', { 'aria-label': 'Pages' });
let leave = new AbortController();

function show(): void {
  leave.abort();
  leave = new AbortController();
  const route = parseRoute(location.hash);
  const setTitle = (title: string) => {
    document.title = `${title} · Tidemark`;
  };
  const current = LINKS.some(({ name }) => name === route.parts[0]) ? route.parts[0] : '';
  const signOut = el('button', { class: 'link', type: 'button', on: { click: forgetKey } }, 'Sign out');
  fill(
    nav,
    LINKS.map(({ name, text }) =>
      el('a', { href: formatRoute([name].filter(Boolean)), 'aria-current': name === current ? 'page' : null }, text),
    ),
    el('a', { href: 'docs/' }, 'API docs'),
    connection.key === null ? null : signOut,
  );
  fill(main, pageOf(route.parts)({ connection, route, signal: leave.signal, setTitle }));
}

function forgetKey(): void {
  connection.key = null;
  show();
}

connection.onKeyWanted = () => askForKey(connection, show);
document.body.prepend(
  el('a', { class: 'skip', href: '#main', on: { click: focusMain } }, 'Skip to the content'),
  el('header', { class: 'top' }, el('a', { class: 'brand', href: '#/' }, 'Tidemark'), nav),
  main,
);
window.addEventListener('hashchange', () => {
  show();
  window.scrollTo(0, 0);
});
show();

function focusMain(event: Event): void {
  event.preventDefault();
  main.focus();
}
