import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs one command with its output shown; ends this process with the command's exit code when it fails. */
function step(title, command, args, env = {}) {
  console.log(`> ${title}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(`${command} could not be run: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const modifiedMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/**
 * Where this Node has its own headers, a native package that has no binary is compiled with them; otherwise node-gyp would
 * download them, which fails where only a package registry can be reached.
 */
function ownHeaders() {
  const prefix = resolve(process.execPath, '..', '..');
  if (process.env.npm_config_nodedir || !existsSync(join(prefix, 'include', 'node', 'node.h'))) return {};
  return { npm_config_nodedir: prefix };
}

/** npm ci empties node_modules first, and behind a link that is the folder of somebody else. */
function refuseLink() {
  const modules = join(root, 'node_modules');
  if (!lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  console.error(
    `${modules} is a link to ${readlinkSync(modules)}, which npm ci would empty: install there, or remove the link first.`,
  );
  process.exit(1);
}

/** Installs exactly what the lock file says. */
export function cleanInstall() {
  refuseLink();
  step('installing packages (npm ci)', 'npm', ['ci', '--no-progress'], ownHeaders());
}

/** Installs the packages when they are absent or older than the lock file. */
export function install() {
  // npm writes this file at the end of an installation, so a broken one is seen too.
  const installedMs = modifiedMs(join(root, 'node_modules', '.package-lock.json'));
  if (installedMs >= modifiedMs(join(root, 'package-lock.json'))) return;
  cleanInstall();
}

/** Compiles to dist/; quick when little changed. */
export function build() {
  step('building (npm run build)', 'npm', ['run', '--silent', 'build']);
}
