/** Builds the program of an Action: its code as it was written, and its dependencies in one text behind it. */

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { createBoundedQueue, QueueFull } from '../../base/turns.ts'
import type { ActionDependency, BuildError } from '../../model/action.ts'
import { LIMITS } from '../limits.ts'
import { DEPENDENCIES_MARK } from '../sandbox/program.ts'
import type { BundleAnswer } from './bundle-worker.ts'
import { dependencyProblems, isExact, specifiersOf } from './dependency.ts'
import { installDependencies } from './install.ts'
import { npmEnvironment, pinnedNpm } from './npm-process.ts'
import { runCommand } from './run-command.ts'

export interface ProgramBuilderOptions {
  /** For what is fetched and bundled; it may be emptied at any time. */
  readonly cacheDir: string
  /** An npm registry's address; default: the one that npm is configured for. */
  readonly registry?: string
  /** Folder of the package npm; default: the one that the server brings. */
  readonly npm?: string
  /** The environment of which npm is given what it needs, and nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export type BuiltProgram =
  | { readonly program: string; readonly dependencies: readonly ActionDependency[] }
  | { readonly errors: readonly BuildError[] }

interface Bundle {
  readonly text: string
  readonly dependencies: readonly ActionDependency[]
}

const INSTALL_MS = 90_000
const BUNDLE_MS = 30_000
const BUILDS_AT_ONCE = 2
const BUILDS_WAITING = 20
const MAX_CACHED = 100

/** Raised with the rules for bundles: what older rules let in is not used again. */
const RULES = 2

const WORKER = fileURLToPath(
  new URL(`./bundle-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
)

const fail = (...messages: readonly string[]) => ({ errors: messages.map(msg => ({ id: 'dependency', msg })) })

const runBundler = async (folder: string, specifiers: readonly string[]): Promise<BundleAnswer> => {
  const { code, stdout } = await runCommand({
    file: process.execPath,
    args: ['--no-warnings', WORKER],
    cwd: folder,
    env: {},
    stdin: JSON.stringify({ folder, specifiers }),
    timeoutMs: BUNDLE_MS,
    maxOutputBytes: 2 * LIMITS.programBytes,
  })
  const answer = code === 0 ? parseJson(stdout) : undefined
  if (isJsonObject(answer) && typeof answer.text === 'string') return { text: answer.text }
  const problems = isJsonObject(answer) && Array.isArray(answer.problems) ? answer.problems.map(String) : []
  return {
    problems:
      problems.length > 0 ? problems : ['the dependencies could not be bundled in the time and memory there is'],
  }
}

/** Bundles by their exact dependencies, as files; those that were not used for longest are removed. */
const createBundleCache = (folder: string) => {
  const pathOf = (key: string): string => join(folder, `${createHash('sha256').update(key).digest('hex')}.json`)
  const prune = async (): Promise<void> => {
    const files = (await readdir(folder)).filter(file => file.endsWith('.json')).map(file => join(folder, file))
    const dated = await Promise.all(files.map(async file => ({ file, used: (await stat(file)).mtimeMs })))
    const old = dated.sort((a, b) => b.used - a.used).slice(MAX_CACHED)
    await Promise.all(old.map(({ file }) => rm(file, { force: true })))
  }
  return {
    read: async (key: string): Promise<Bundle | undefined> => {
      try {
        const bundle: Bundle = JSON.parse(await readFile(pathOf(key), 'utf8'))
        await utimes(pathOf(key), new Date(), new Date())
        return bundle
      } catch {
        return undefined
      }
    },
    write: async (key: string, bundle: Bundle): Promise<void> => {
      await mkdir(folder, { recursive: true })
      const temporary = `${pathOf(key)}.${randomUUID()}`
      await writeFile(temporary, JSON.stringify(bundle))
      await rename(temporary, pathOf(key))
      await prune()
    },
  }
}

/** Resolves with the program or with everything that is wrong; never rejects for what a package or a registry does. */
export const createProgramBuilder = ({ cacheDir, registry, npm = pinnedNpm(), env }: ProgramBuilderOptions) => {
  const cache = createBundleCache(join(cacheDir, 'bundles'))
  const takeTurn = createBoundedQueue(BUILDS_AT_ONCE, BUILDS_WAITING)
  const options = { npm, registry, env: npmEnvironment(env), timeoutMs: INSTALL_MS }

  const bundleFresh = async (
    dependencies: readonly ActionDependency[],
    specifiers: readonly string[],
  ): Promise<Bundle | { readonly errors: readonly BuildError[] }> => {
    const folder = join(cacheDir, 'work', randomUUID())
    try {
      const installed = await installDependencies(folder, dependencies, options)
      if ('problem' in installed) return fail(installed.problem)
      const answer = await runBundler(folder, specifiers)
      return 'problems' in answer
        ? fail(...answer.problems)
        : { text: answer.text, dependencies: installed.dependencies }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  const bundleOf = async (code: string, dependencies: readonly ActionDependency[]) => {
    const specifiers = specifiersOf(code, dependencies)
    const keyOf = (exact: readonly ActionDependency[]): string =>
      JSON.stringify([RULES, registry ?? '', specifiers, exact])
    const known = dependencies.every(isExact) ? await cache.read(keyOf(dependencies)) : undefined
    const bundle = known ?? (await takeTurn(() => bundleFresh(dependencies, specifiers)))
    if (!known && 'text' in bundle) await cache.write(keyOf(bundle.dependencies), bundle)
    return bundle
  }

  return async (code: string, dependencies: readonly ActionDependency[]): Promise<BuiltProgram> => {
    if (dependencies.length === 0) return { program: code, dependencies }
    const errors = dependencyProblems(dependencies)
    if (errors.length > 0) return { errors }
    try {
      const bundle = await bundleOf(code, dependencies)
      if ('errors' in bundle) return bundle
      const program = `${code}${DEPENDENCIES_MARK}${bundle.text}`
      const isTooLarge = Buffer.byteLength(program) > LIMITS.programBytes
      return isTooLarge
        ? fail(`the Action has more than ${LIMITS.programBytes} bytes with its dependencies`)
        : { program, dependencies: bundle.dependencies }
    } catch (error) {
      if (error instanceof QueueFull) return fail('too many Actions are being built; try again')
      throw error
    }
  }
}
