/** Installs packages with npm into a folder of their own: no scripts, nothing but the registry. */

import { readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../../base/json.ts'
import type { ActionDependency } from '../../../model/action.ts'
import type { ChildAccount } from '../child-account.ts'
import { giveFolder } from './build-account.ts'
import type { BuildLimits } from './build-limits.ts'
import { bringNpmConfiguration } from './npm-configuration.ts'
import { npmProcess } from './npm-process.ts'
import { type CommandResult, runCommand } from './run-command.ts'
import { type Outgrown, watchFolder } from './watch-folder.ts'

export interface InstallOptions {
  /** Folder of the package npm. */
  readonly npm: string
  readonly account: ChildAccount
  /** Default: the registry that npm is configured for. */
  readonly registry: string | undefined
  /** For npm: where its configuration and its proxies are. */
  readonly env: Readonly<Record<string, string>>
  readonly limits: BuildLimits
}

export type Installed = { readonly dependencies: readonly ActionDependency[] } | { readonly problem: string }

/** A package that names a repository or a file as its own dependency does not get it. */
const ONLY_REGISTRY = ['git', 'remote', 'file', 'directory'].map(kind => `--allow-${kind}=none`)

/** The cache is in the folder of the installation: what one package leaves in it, none other finds. */
const ARGUMENTS = [
  'install',
  '--cache=.npm',
  '--json',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-bin-links',
  '--no-package-lock',
  '--omit=dev',
  '--omit=optional',
  '--no-update-notifier',
  '--loglevel=error',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=500',
  '--fetch-timeout=30000',
  ...ONLY_REGISTRY,
]

const textAt = (value: unknown, name: string): string => {
  const text = isJsonObject(value) ? value[name] : undefined
  return typeof text === 'string' ? text : ''
}

/** How npm refuses what `ONLY_REGISTRY` forbids. */
const NOT_REGISTRY = /^EALLOW[A-Z]+$/

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1e6)} MB`

const OUTGROWN: Readonly<Record<Outgrown, (limits: BuildLimits) => string>> = {
  size: ({ folderBytes, folderEntries }) =>
    `the packages have more than ${megabytes(folderBytes)} or ${folderEntries} files with everything that they depend on`,
  disk: () => 'the disk of this server has too little space for packages',
}

/** npm's own words, without addresses and paths of the server. */
const reportedProblem = (stdout: string): string | undefined => {
  const report = parseJson(stdout)
  const error = isJsonObject(report) ? report.error : undefined
  const [code, detail] = [textAt(error, 'code'), textAt(error, 'detail')]
  if (code === 'E404')
    return /'([^']+)'/.exec(detail)?.[1]?.concat(' is not in the registry') ?? 'a package is not in the registry'
  if (NOT_REGISTRY.test(code))
    return 'a package asks for a repository, an address or a file: only packages of the registry are installed'
  if (code === 'ETARGET' || code === 'ERESOLVE') return textAt(error, 'summary').split('\n')[0]?.slice(0, 300) ?? code
  return code ? `the registry could not be used (${code})` : undefined
}

/** A write beyond the limit is an error, or, as npm listens to signals, one of them that it reports or dies of. */
const isFileTooLarge = ({ stdout, signal }: CommandResult): boolean =>
  signal === 'SIGXFSZ' || /"(EFBIG|SIGXFSZ)"/.test(stdout)

const problemOf = (result: CommandResult, limits: BuildLimits): string => {
  if (result.isTimeout) return 'the registry did not answer in time'
  if (isFileTooLarge(result)) return `a package has a file of more than ${megabytes(limits.fileBytes)}`
  if (result.code === undefined) return 'the packages need more memory to install than there is for it'
  return reportedProblem(result.stdout) ?? 'npm could not be started on this server'
}

const versionOf = async (folder: string, name: string): Promise<string> =>
  textAt(parseJson(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')), 'version')

/** Packages can ask for files by name, so the configuration is gone when the bundler looks at them. */
const CONFIGURATION = '.configuration'

/** @param folder an empty folder; afterwards it holds `node_modules` */
export const installDependencies = async (
  folder: string,
  dependencies: readonly ActionDependency[],
  { npm, account, registry, env, limits }: InstallOptions,
): Promise<Installed> => {
  const wanted = Object.fromEntries(dependencies.map(({ name, version }) => [name, version.trim() || 'latest']))
  const place = await realpath(folder)
  await writeFile(join(place, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }))
  const npmEnv = await bringNpmConfiguration(join(place, CONFIGURATION), env)
  await giveFolder(place, account)
  const { args, ...npmCommand } = npmProcess(account.pathOf(process.execPath), account.pathOf(npm), place)
  const { result, outgrown } = await watchFolder(place, limits, signal =>
    runCommand({
      ...npmCommand,
      args: [...args, ...ARGUMENTS, ...(registry ? [`--registry=${registry}`] : [])],
      env: npmEnv,
      identity: account.identity,
      timeoutMs: limits.installMs,
      maxOutputBytes: 4_000_000,
      limits,
      signal,
    }),
  )
  await rm(join(place, CONFIGURATION), { recursive: true, force: true })
  if (outgrown) return { problem: OUTGROWN[outgrown](limits) }
  if (result.code !== 0) return { problem: problemOf(result, limits) }
  const pinned = dependencies.map(async ({ name }) => ({ name, version: await versionOf(place, name) }))
  return { dependencies: await Promise.all(pinned) }
}
