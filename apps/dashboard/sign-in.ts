import type { Connection } from './connection.js';
import { el } from './element.js';

/** Asks for an API key in a dialog; `then` is called when there is one. It lives as long as the browser's tab. */
export function askForKey(connection: Connection, then: () => void): void {
  if (document.querySelector('dialog.sign-in') !== null) return;
  const refused = connection.key !== null;
  const input = el('input', {
    id: 'api-key',
    type: 'password',
    autocomplete: 'off',
    required: true,
    spellcheck: 'false',
  });
  const dialog = el(
    'dialog',
    { class: 'sign-in', 'aria-labelledby': 'sign-in-title' },
    el(
      'form',
      { method: 'dialog' },
      el('h2', { id: 'sign-in-title' }, 'Sign in'),
      el(
        'p',
        {},
        refused ? 'The service refused this key. ' : 'The service asks for an API key. ',
        'It is kept in this tab only.',
      ),
      el('label', { for: 'api-key' }, 'API key'),
      input,
      el('div', { class: 'buttons' }, el('button', { class: 'primary' }, 'Sign in')),
    ),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (input.value === '') return;
    connection.key = input.value.trim();
    then();
  });
  document.body.append(dialog);
  dialog.showModal();
}
