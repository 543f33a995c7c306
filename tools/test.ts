/**
 * `npm test` and `npm run test:<part>`: the suite in parts, which run one after another. A part that fails does not keep the
 * others from running; the last lines say which one failed.
 */

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { ROOT } from './source-files.ts'

interface Part {
  readonly has: (path: string) => boolean
  /** Test files at once. */
  readonly concurrency: number
  /** Whether they share a PostgreSQL that is started for them. */
  readonly hasDatabase: boolean
}

const isBrowser = (path: string): boolean => path.endsWith('.browser.test.ts') || path.startsWith('test/browser/')
const isClient = (path: string): boolean => path.startsWith('test/clients/')
/** They bound the time that an Action takes, so nothing else may run beside them. */
const isSandbox = (path: string): boolean => /^src\/actions\/host\/(pool\/)?[^/]+\.test\.ts$/.test(path)

/** Part → its files. Each test is in one part; those of client libraries are installed and run by test-clients.ts. */
export const PARTS = {
  most: {
    has: path => ![isBrowser, isClient, isSandbox].some(isOther => isOther(path)),
    concurrency: 2,
    hasDatabase: true,
  },
  sandbox: { has: isSandbox, concurrency: 1, hasDatabase: false },
  browser: { has: isBrowser, concurrency: 1, hasDatabase: true },
} as const satisfies Readonly<Record<string, Part>>

/** What depends on the version of PostgreSQL: run again on the oldest one that is supported. */
const DATABASE = [
  'src/store/{database,experiments,users}/*.test.ts',
  'src/store/logs/log-{append,partitions,plans}*.test.ts',
  'src/store/logins/oidc-payload-store.test.ts',
  'test/{quickstart,oidc,two-servers}.test.ts',
]

const ALL = '{src,test,tools}/**/*.test.ts'

const find = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: ROOT, exclude: path => path.includes('node_modules') }).toSorted()

const partOf = (name: string): Part | undefined => Object.entries(PARTS).find(([known]) => known === name)?.[1]

/** Paths of the tests of a part. @throws TypeError for a name that is no part */
export const filesOf = (name: string): readonly string[] => {
  if (name === 'database') return DATABASE.flatMap(find)
  const part = partOf(name)
  if (!part) throw new TypeError(`there is no part ${name}: name ${Object.keys(PARTS).join(', ')} or database`)
  return find(ALL).filter(part.has)
}

const runPart = (name: string): boolean => {
  const { concurrency, hasDatabase } = partOf(name) ?? { concurrency: 1, hasDatabase: true }
  const options = ['--test-reporter=spec', `--test-concurrency=${concurrency}`]
  if (hasDatabase) options.push('--test-global-setup=test/kit/global-setup.ts')
  const { status } = spawnSync(process.execPath, ['--test', ...options, ...filesOf(name)], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  return status === 0
}

if (import.meta.main) {
  const failed = process.argv.slice(2).filter(name => !runPart(name))
  if (failed.length > 0) {
    console.error(`failed: ${failed.join(', ')} (again: ${failed.map(name => `npm run test:${name}`).join(', ')})`)
    process.exitCode = 1
  }
}
