import type { Connection, Schemas } from '../connection.js';
import { el } from '../element.js';

/** Says on a run what happened to its target just now. */
export function annotationForm(
  connection: Connection,
  runId: string,
  added: (annotation: Schemas['Annotation']) => void,
  attempt: (work: () => Promise<void>) => Promise<void>,
): HTMLElement {
  const input = el('input', {
    id: 'annotation',
    maxlength: 500,
    required: true,
    placeholder: 'such as: node 3 restarted',
    autocomplete: 'off',
  });
  const submit = async () => {
    const body = { label: input.value.trim() };
    const options = { params: { path: { id: runId } }, body };
    added(await connection.ask(connection.client.POST('/v1/runs/{id}/annotations', options)));
    input.value = '';
  };
  return el(
    'form',
    {
      class: 'annotate',
      on: {
        submit: (event) => {
          event.preventDefault();
          if (input.value.trim() !== '') void attempt(submit);
        },
      },
    },
    el('label', { for: 'annotation' }, 'Note what happens now'),
    input,
    el('button', {}, 'Add'),
  );
}
