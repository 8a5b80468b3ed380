import { el } from './element.js';

export interface Question {
  title: string;
  text: string;
  /** What the button says that does it. */
  yes: string;
  /** Asks for a reason, too. */
  reason?: string;
}

/** Asks before something that cannot be undone. Answers the reason, empty where none was given; null for no. */
export function confirmed({ title, text, yes, reason }: Question): Promise<string | null> {
  const input = el('input', { id: 'confirm-reason', maxlength: 500 });
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'confirm-title' },
    el(
      'form',
      { method: 'dialog' },
      el('h2', { id: 'confirm-title' }, title),
      el('p', {}, text),
      reason !== undefined && [el('label', { for: 'confirm-reason' }, reason), input],
      el(
        'div',
        { class: 'buttons' },
        el('button', { type: 'button', on: { click: () => dialog.close() } }, 'Back'),
        el('button', { class: 'danger', value: 'yes' }, yes),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes' ? input.value.trim() : null);
    });
  });
}
