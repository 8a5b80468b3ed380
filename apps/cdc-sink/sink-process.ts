import { Topics } from '#libs/cdc/kafka/topics.js';
import { PostgresDatabase } from '#libs/cdc/postgres/target-database.js';
import { noCounts, type SinkCounts } from '#libs/cdc/sink/sink-counts.js';
import { TableSink } from '#libs/cdc/sink/table-sink.js';
import { systemClock } from '#libs/load/clock.js';
import type { SinkOptions } from './arguments.js';
import { serveStatus } from './status-server.js';

/** Runs until the signal; answers what was done, by topic. Throws when reading ends by itself. */
export async function runSink(
  options: SinkOptions & { postgres: string },
  signal: AbortSignal,
  ready: () => void,
): Promise<Record<string, SinkCounts>> {
  const { deletes, guard, topicPrefix } = options;
  const byTopic = new Map(options.table.map((one) => [`${topicPrefix}.${one.keyspace}.${one.source}`, one.target]));
  const topics = new Topics({
    brokers: options.kafka,
    group: options.group,
    topics: [...byTopic.keys()],
    sessionTimeoutMs: options.sessionTimeoutMs,
    batchSize: options.batch,
  });
  const counts = Object.fromEntries([...byTopic.keys()].map((topic) => [topic, noCounts()]));
  const databases = [...byTopic.keys()].map(() => new PostgresDatabase(options.postgres));
  const sinks = new Map(
    [...byTopic].map(([topic, table], index) => [
      topic,
      new TableSink({
        table,
        mode: { deletes, guard },
        database: databases[index] ?? new PostgresDatabase(options.postgres),
        deadLetters: { send: (message, reason) => topics.sendDead(topic, message, reason) },
        counts: counts[topic] ?? noCounts(),
        clock: systemClock,
        signal,
      }),
    ]),
  );
  let reading = false;
  const server =
    options.port > 0 &&
    (await serveStatus(options.host, options.port, () => ({
      reading,
      uncommitted: topics.uncommitted,
      topics: counts,
    })));
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      const started = topics.read(async (topic, messages) => sinks.get(topic)?.apply(messages), reject);
      started.then(() => {
        reading = true;
        ready();
      }, reject);
    });
  } finally {
    reading = false;
    await topics.stop().catch(() => undefined);
    await Promise.all(databases.map((database) => database.close()));
    if (server) server.close();
  }
  return counts;
}
