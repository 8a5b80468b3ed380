import type { Run } from '../connection.js';
import type { ApiDocument, Schema } from './api-document.js';

export type Body = Record<string, unknown>;

/** Kinds of run that the service takes, and the schema of a body of each. */
export function kindsOf(document: ApiDocument): Map<string, Schema> {
  const { oneOf = [] } = document.component('CreateRunInput');
  return new Map(
    oneOf.flatMap((branch): [string, Schema][] => {
      const schema = document.resolve(branch);
      const kind = schema.properties?.['kind'];
      const name = kind?.const ?? kind?.enum?.[0];
      return typeof name === 'string' ? [[name, schema]] : [];
    }),
  );
}

/** An ended or running run as a body that makes another like it. Secrets are never answered, so they are missing. */
export function bodyLike(document: ApiDocument, run: Run): Body {
  const { kind, name, labels, target, thresholds, placement, policies } = run;
  // A stress run is stored as a line and in structured form; one of them is posted.
  const { command: _, ...spec }: Body = { ...run.spec };
  return {
    kind,
    spec: kind === 'stress' ? spec : run.spec,
    ...(name === null ? {} : { name }),
    labels,
    ...(target === null ? {} : { target: targetLike(document, run, target) }),
    thresholds,
    placement,
    policies,
  };
}

/** Ensembles are posted as a connect string and answered as contact points. */
function targetLike(document: ApiDocument, { kind }: Run, target: NonNullable<Run['target']>): Body {
  const schema = kindsOf(document).get(kind)?.properties?.['target'];
  const known = schema === undefined ? {} : (document.resolve(schema).properties ?? {});
  const answered: Body = { ...target, connectString: target.contactPoints.join(',') };
  return Object.fromEntries(Object.entries(answered).filter(([name]) => name in known));
}
