/** Builds the program of an Action: its code as it was written, and its dependencies in one text behind it. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../../base/json.ts'
import { systemCache } from '../../../base/open-copy.ts'
import { createBoundedQueue, QueueFull } from '../../../base/turns.ts'
import type { ActionDependency, BuildError } from '../../../model/action.ts'
import { LIMITS } from '../../contract/limits.ts'
import { DEPENDENCIES_MARK } from '../../contract/program.ts'
import type { ChildAccount } from '../child-account.ts'
import { BUNDLE_WORKER, buildAccount, esbuildProgram } from './build-account.ts'
import { BUILD_LIMITS, type BuildLimits } from './build-limits.ts'
import { type Bundle, createBundleCache } from './bundle-cache.ts'
import type { BundleAnswer } from './bundle-worker.ts'
import { dependencyProblems, isExact, specifiersOf } from './dependency.ts'
import { installDependencies } from './install.ts'
import { describeAddOns } from './native-add-ons.ts'
import { npmEnvironment, pinnedNpm } from './npm-process.ts'
import { runCommand } from './run-command.ts'
import { inWorkFolder } from './work-folder.ts'

export interface ProgramBuilderOptions {
  /** For bundles; it may be emptied at any time. */
  readonly cacheDir: string
  /** For the folders of builds, and nothing else; default: one that the account of a build can enter. */
  readonly workDir?: string
  /** An npm registry's address; default: the one that npm is configured for. */
  readonly registry?: string
  /** Folder of the package npm; default: the one that the server brings. */
  readonly npm?: string
  /** The environment of which npm is given what it needs, and nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly limits?: Partial<BuildLimits>
}

export type BuiltProgram =
  | {
      readonly program: string
      readonly dependencies: readonly ActionDependency[]
      /** Sentences that explain a program which does not load. */
      readonly addOns?: readonly string[]
    }
  | { readonly errors: readonly BuildError[] }

/** More of them do not help. */
const MAX_PROBLEMS = 10

/** Raised with the rules for bundles: what older rules let in is not used again. */
const RULES = 3

/** A data directory is closed to the account that a server which is root gives to builds. */
const defaultWorkDir = (cacheDir: string): string =>
  process.geteuid?.() === 0 ? join(systemCache(), 'builds') : join(cacheDir, 'work')

const fail = (...messages: readonly string[]) => ({ errors: messages.map(msg => ({ id: 'dependency', msg })) })

const runBundler = async (
  folder: string,
  specifiers: readonly string[],
  limits: BuildLimits,
  { identity, pathOf }: ChildAccount,
): Promise<BundleAnswer> => {
  const { code, stdout } = await runCommand({
    file: pathOf(process.execPath),
    args: ['--no-warnings', pathOf(BUNDLE_WORKER)],
    cwd: folder,
    env: { ESBUILD_BINARY_PATH: pathOf(esbuildProgram()) },
    identity,
    stdin: JSON.stringify({ folder, specifiers }),
    timeoutMs: limits.bundleMs,
    maxOutputBytes: 2 * LIMITS.programBytes,
    limits,
  })
  const answer = code === 0 ? parseJson(stdout) : undefined
  if (isJsonObject(answer) && typeof answer.text === 'string') return { text: answer.text }
  const problems = isJsonObject(answer) && Array.isArray(answer.problems) ? answer.problems.map(String) : []
  return {
    problems:
      problems.length > 0 ? problems : ['the dependencies could not be bundled in the time and memory there is'],
  }
}

/** Resolves with the program or with everything that is wrong; never rejects for what a package or a registry does. */
export const createProgramBuilder = ({
  cacheDir,
  workDir,
  registry,
  npm = pinnedNpm(),
  env,
  limits: given,
}: ProgramBuilderOptions) => {
  const limits: BuildLimits = { ...BUILD_LIMITS, ...given }
  const cache = createBundleCache(join(cacheDir, 'bundles'), limits)
  const takeTurn = createBoundedQueue(limits.atOnce, limits.waiting)
  const options = { npm, registry, env: npmEnvironment(env), limits }

  const bundleFresh = async (
    dependencies: readonly ActionDependency[],
    specifiers: readonly string[],
  ): Promise<Bundle | { readonly errors: readonly BuildError[] }> => {
    // Where earlier versions kept npm's cache, which only grew.
    await rm(join(cacheDir, 'npm'), { recursive: true, force: true })
    const account = buildAccount(npm)
    return inWorkFolder(workDir ?? defaultWorkDir(cacheDir), limits.abandonedMs, async folder => {
      const installed = await installDependencies(folder, dependencies, { ...options, account })
      if ('problem' in installed) return fail(installed.problem)
      const answer = await runBundler(folder, specifiers, limits, account)
      const addOns = await describeAddOns(folder)
      return 'problems' in answer
        ? fail(...[...addOns, ...answer.problems].slice(0, MAX_PROBLEMS))
        : { text: answer.text, dependencies: installed.dependencies, addOns }
    })
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
        : { program, dependencies: bundle.dependencies, addOns: bundle.addOns }
    } catch (error) {
      if (error instanceof QueueFull) return fail('too many Actions are being built; try again')
      throw error
    }
  }
}
