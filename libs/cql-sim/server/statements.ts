import { compile } from '../plan/compile.js';
import type { Environment, Plan } from '../plan/environment.js';
import type { Table } from '../storage/table.js';
import { ownTables } from '../system/system-tables.js';
import type { Cluster, Member } from './cluster.js';
import { nullAnswersOf } from './null-answers.js';
import { PreparedStatements, preparedId, type Prepared } from './prepared.js';

const CACHED_QUERIES = 1000;

/** Compiles statements for one node and keeps those that it prepared. */
export class Statements {
  readonly prepared = new PreparedStatements();
  private readonly queries = new Map<string, Plan>();
  private readonly own: Map<string, Table>;

  constructor(
    private readonly cluster: Cluster,
    member: Member,
  ) {
    this.own = ownTables(cluster.schema, cluster.personality, member, cluster.members);
    cluster.onSchemaChange((change) => {
      this.queries.clear();
      if (change.change !== 'CREATED') this.prepared.drop(change);
    });
  }

  private environment(keyspace: string | null): Environment {
    const { schema, availability, budget, dataCenter, changeLog } = this.cluster;
    const own = (table: Table): Table => (table.keyspace === 'system' ? (this.own.get(table.name) ?? table) : table);
    return { schema, availability, budget, dataCenter, changeLog, own, currentKeyspace: keyspace };
  }

  /** The plan of a QUERY; the same text is compiled once. */
  query(text: string, keyspace: string | null): Plan {
    const key = `${keyspace ?? ''}\0${text}`;
    const cached = this.queries.get(key);
    if (cached) return cached;
    const plan = compile(text, this.environment(keyspace));
    if (this.queries.size >= CACHED_QUERIES) this.queries.clear();
    // A schema statement clears the cache when it runs, so it must not sit in it.
    if (plan.access !== 'schema') this.queries.set(key, plan);
    return plan;
  }

  prepare(text: string, keyspace: string | null): Prepared {
    const plan = compile(text, this.environment(keyspace));
    const nullAnswers = this.cluster.isNull ? nullAnswersOf(plan) : null;
    const prepared = { id: preparedId(keyspace, text), plan, nullAnswers };
    this.prepared.add(prepared);
    return prepared;
  }
}
