import { z } from 'zod';
import { type Environment, parseSettings } from '#libs/contract/settings.js';

/** Every setting of the command line, by the variable's name. */
export const CliSettings = z.object({
  TIDEMARK_SERVER: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8480' })
    .default('http://127.0.0.1:8480')
    .describe('The API that the commands talk to; --server wins'),
  TIDEMARK_API_KEY: z.string().min(1).optional().describe('Key that the API was started with'),
});

export interface CliConfig {
  server: string;
  apiKey: string | undefined;
}

/** Parses the environment once. Throws CodedError VALIDATION_FAILED that lists every problem. */
export function parseCliConfig(environment: Environment): CliConfig {
  const settings = parseSettings(CliSettings, environment);
  return { server: settings.TIDEMARK_SERVER, apiKey: settings.TIDEMARK_API_KEY };
}

/** The environment of a process that is started from here: this one's, with `settings` over it. */
export const environmentWith = (settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...settings,
});

/** The configuration of this process. */
export const readCliConfig = (): CliConfig => parseCliConfig(process.env);
