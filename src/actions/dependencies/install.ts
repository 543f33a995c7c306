/** Installs packages with npm into a folder of their own: no scripts, nothing but the registry. */

import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { ActionDependency } from '../../model/action.ts'
import { npmProcess } from './npm-process.ts'
import { runCommand } from './run-command.ts'

export interface InstallOptions {
  /** Folder of the package npm. */
  readonly npm: string
  /** Default: the registry that npm is configured for. */
  readonly registry: string | undefined
  /** For npm: where it finds itself, its configuration and its proxies. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
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

/** npm's own words, without addresses and paths of the server. */
const problemOf = (stdout: string, isTimeout: boolean): string => {
  if (isTimeout) return 'the registry did not answer in time'
  const report = parseJson(stdout)
  const error = isJsonObject(report) ? report.error : undefined
  const [code, detail] = [textAt(error, 'code'), textAt(error, 'detail')]
  if (code === 'E404')
    return /'([^']+)'/.exec(detail)?.[1]?.concat(' is not in the registry') ?? 'a package is not in the registry'
  if (NOT_REGISTRY.test(code))
    return 'a package asks for a repository, an address or a file: only packages of the registry are installed'
  if (code === 'ETARGET' || code === 'ERESOLVE') return textAt(error, 'summary').split('\n')[0]?.slice(0, 300) ?? code
  return code ? `the registry could not be used (${code})` : 'npm could not be started on this server'
}

const versionOf = async (folder: string, name: string): Promise<string> =>
  textAt(parseJson(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')), 'version')

/** @param folder an empty folder; afterwards it holds `node_modules` */
export const installDependencies = async (
  folder: string,
  dependencies: readonly ActionDependency[],
  { npm, registry, env, timeoutMs }: InstallOptions,
): Promise<Installed> => {
  await mkdir(folder, { recursive: true })
  const wanted = Object.fromEntries(dependencies.map(({ name, version }) => [name, version.trim() || 'latest']))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }))
  const { file, args, ...rest } = await npmProcess(npm, await realpath(folder), env)
  const { code, stdout, isTimeout } = await runCommand({
    ...rest,
    file,
    args: [...args, ...ARGUMENTS, ...(registry ? [`--registry=${registry}`] : [])],
    timeoutMs,
    maxOutputBytes: 4_000_000,
  })
  if (code !== 0) return { problem: problemOf(stdout, isTimeout) }
  const pinned = dependencies.map(async ({ name }) => ({ name, version: await versionOf(folder, name) }))
  return { dependencies: await Promise.all(pinned) }
}
