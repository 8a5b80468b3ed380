import { type Consumer, type EachBatchPayload, Kafka, type KafkaMessage, logLevel, type Producer } from 'kafkajs';
import type { Message } from '#libs/cdc/sink/table-sink.js';

export interface TopicsOptions {
  brokers: readonly string[];
  /** Consumer group: who reads on where it stopped. */
  group: string;
  topics: readonly string[];
  /** How long a killed reader keeps its place. */
  sessionTimeoutMs: number;
  /** Messages that are handed over at once, at most. */
  batchSize: number;
}

export const DEAD_LETTER_SUFFIX = '.dead-letter';
/** How long the broker waits for something to send: the latency that it adds at most when it is idle. */
const WAIT_MS = 20;
const COMMIT_INTERVAL_MS = 5_000;

/** Messages of topics, in order and at least once: a place is committed only after its messages were taken. */
export class Topics {
  private readonly consumer: Consumer;
  private readonly producer: Producer;
  private readonly kafka: Kafka;
  /** Messages that were taken since the last commit: they would come again if this process were killed now. */
  uncommitted = 0;
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;
  /** What was taken and not committed yet, by topic and partition. */
  private readonly taken = new Map<string, { topic: string; partition: number; offset: string }>();

  constructor(private readonly options: TopicsOptions) {
    this.kafka = new Kafka({
      clientId: 'tidemark-cdc-sink',
      brokers: [...options.brokers],
      logLevel: logLevel.ERROR,
      retry: { retries: 20, maxRetryTime: 5_000 },
    });
    this.consumer = this.kafka.consumer({
      groupId: options.group,
      maxWaitTimeInMs: WAIT_MS,
      minBytes: 1,
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: Math.floor(options.sessionTimeoutMs / 4),
    });
    this.producer = this.kafka.producer();
  }

  /** Reads until `stop`; `take` gets the messages of one topic. `failed` is told when reading has ended for good. */
  async read(
    take: (topic: string, messages: readonly Message[]) => Promise<void>,
    failed: (error: Error) => void,
  ): Promise<void> {
    await this.makeTopics();
    await this.producer.connect();
    await this.consumer.connect();
    this.consumer.on(this.consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) failed(error);
    });
    await this.consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    const joined = new Promise<void>((resolve) => {
      this.consumer.on(this.consumer.events.GROUP_JOIN, () => resolve());
    });
    await this.consumer.run({
      eachBatchAutoResolve: false,
      // The client's own way commits after every fetch, however small: a round trip for each.
      autoCommit: false,
      eachBatch: (payload) => this.batch(payload, take),
    });
    await joined;
    this.timer = setInterval(() => void this.commit(), COMMIT_INTERVAL_MS);
  }

  async sendDead(topic: string, message: Message, reason: string): Promise<void> {
    await this.producer.send({
      topic: `${topic}${DEAD_LETTER_SUFFIX}`,
      messages: [{ key: message.key, value: message.value, headers: { topic, reason } }],
    });
  }

  /** Commits what was taken, and leaves. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.commit();
    await this.consumer.disconnect();
    await this.producer.disconnect();
  }

  /** What cannot be committed, as after a change of the group, is taken again by whoever has the partition then. */
  private async commit(): Promise<void> {
    if (this.taken.size === 0) return;
    const [places, messages] = [[...this.taken.values()], this.uncommitted];
    this.taken.clear();
    const isDone = await this.consumer.commitOffsets(places).then(
      () => true,
      () => false,
    );
    if (isDone) this.uncommitted -= messages;
  }

  /** A reader that subscribes to a topic that is not there would never learn of it. */
  private async makeTopics(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const wanted = this.options.topics.flatMap((topic) => [topic, `${topic}${DEAD_LETTER_SUFFIX}`]);
      await admin.createTopics({ topics: wanted.map((topic) => ({ topic })), waitForLeaders: true });
    } finally {
      await admin.disconnect();
    }
  }

  private async batch(
    reading: EachBatchPayload,
    take: (topic: string, messages: readonly Message[]) => Promise<void>,
  ): Promise<void> {
    const { topic, partition, messages } = reading.batch;
    for (let from = 0; from < messages.length; from += this.options.batchSize) {
      if (this.stopping || !reading.isRunning() || reading.isStale()) return;
      const part = messages.slice(from, from + this.options.batchSize);
      await take(topic, part.map(messageOf));
      const last = part.at(-1);
      if (last === undefined) return;
      reading.resolveOffset(last.offset);
      this.uncommitted += part.length;
      this.taken.set(`${topic} ${partition}`, { topic, partition, offset: String(BigInt(last.offset) + 1n) });
      await reading.heartbeat();
    }
  }
}

const messageOf = ({ key, value }: KafkaMessage): Message => ({ key, value });
