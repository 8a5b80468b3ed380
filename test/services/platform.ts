import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { Backend } from '../process/harness.js';

/** Real PostgreSQL and Redis that tests may use; undefined when either is not there. */
export const realPlatform = platformOf(process.env['TIDEMARK_TEST_POSTGRES'], process.env['TIDEMARK_TEST_REDIS']);

interface Platform {
  postgresUrl: string;
  redisUrl: string;
}

function platformOf(postgresUrl: string | undefined, redisUrl: string | undefined): Platform | undefined {
  return postgresUrl === undefined || redisUrl === undefined ? undefined : { postgresUrl, redisUrl };
}

/** A database and a prefix of their own, dropped at the end. */
export async function freshPlatform({ postgresUrl, redisUrl }: Platform): Promise<Backend> {
  const name = `tidemark_${randomBytes(6).toString('hex')}`;
  const admin = async (sql: string) => {
    const source = await new DataSource({ type: 'postgres', url: postgresUrl }).initialize();
    await source.query(sql);
    await source.destroy();
  };
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.toString(),
    settings: {
      TIDEMARK_REDIS_URL: redisUrl,
      TIDEMARK_REDIS_PREFIX: name,
      TIDEMARK_SECRET_KEY: randomBytes(32).toString('hex'),
    },
    drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
