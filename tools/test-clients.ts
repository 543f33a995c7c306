/**
 * `npm run test:clients`: unmodified client libraries against the server. They are installed in a folder of their own when
 * its lock file has changed, so that the server's own installation does not carry them.
 */

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './source-files.ts'

export const CLIENT_TESTS = 'test/clients/*.test.ts'

const FOLDER = join(ROOT, 'test/clients')
const LOCK = join(FOLDER, 'package-lock.json')
/** The lock file of what is installed. */
const INSTALLED = join(FOLDER, 'node_modules/.installed-lock.json')

const isInstalled = (): boolean =>
  existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === readFileSync(LOCK, 'utf8')

/** Runs a command in the foreground and ends with its exit code when it fails. */
const run = (command: string, args: readonly string[], cwd = ROOT): void => {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (import.meta.main) {
  if (!isInstalled()) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], FOLDER)
    copyFileSync(LOCK, INSTALLED)
  }
  run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', FOLDER])
  const files = globSync(CLIENT_TESTS, { cwd: ROOT }).toSorted()
  const setup = '--test-global-setup=test/kit/global-setup.ts'
  run(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', setup, ...files])
}
