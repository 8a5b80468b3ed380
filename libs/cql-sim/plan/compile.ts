import { RESULT_KIND } from '#libs/cql/protocol.js';
import { invalid } from '../cql-error.js';
import { parse } from '../lang/parse.js';
import type { Statement } from '../lang/statement.js';
import { BatchPlan } from './batch-plan.js';
import type { Environment, Plan } from './environment.js';
import { compileModification } from './modification-plan.js';
import { compileSchema } from './schema-plan.js';
import { compileSelect } from './select-plan.js';
import { TermCompiler } from './term.js';
import { WriteTimes } from './write-target.js';

function compileUse(keyspace: string, environment: Environment): Plan {
  return {
    access: 'other',
    keyspace,
    table: '',
    variables: [],
    keyIndexes: [],
    metadata: null,
    run: (call) => {
      environment.schema.keyspace(keyspace);
      call.use(keyspace);
      call.out.int32(RESULT_KIND.SET_KEYSPACE);
      call.out.string(keyspace);
    },
  };
}

function compileBatch(
  statement: Extract<Statement, { kind: 'batch' }>,
  environment: Environment,
  compiler: TermCompiler,
): Plan {
  const plans = statement.statements.map((member) => compileModification(member, environment, compiler));
  const [first] = plans;
  if (!first) throw invalid('Batch is empty');
  return new BatchPlan(plans, compiler.variables, new WriteTimes(statement.using, first.target, compiler));
}

function planOf(statement: Statement, environment: Environment, compiler: TermCompiler): Plan {
  switch (statement.kind) {
    case 'select':
      return compileSelect(statement, environment, compiler);
    case 'insert':
    case 'update':
    case 'delete':
      return compileModification(statement, environment, compiler);
    case 'batch':
      return compileBatch(statement, environment, compiler);
    case 'use':
      return compileUse(statement.keyspace, environment);
    case 'create-keyspace':
    case 'alter-keyspace':
    case 'drop-keyspace':
    case 'create-table':
    case 'alter-table':
    case 'drop-table':
    case 'truncate':
      return compileSchema(statement, environment);
  }
}

/** Parses a statement and decides everything about it that does not depend on values. Throws CqlError. */
export function compile(query: string, environment: Environment): Plan {
  const { statement, markers } = parse(query);
  const compiler = new TermCompiler(markers);
  const plan = planOf(statement, environment, compiler);
  compiler.finish();
  return plan;
}
