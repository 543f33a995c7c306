/** Installs packages with npm into a folder of their own: no scripts, nothing but the registry. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { ActionDependency } from '../../model/action.ts'
import { runCommand } from './run-command.ts'

export interface InstallOptions {
  /** npm by name or path; found on PATH. */
  readonly npm: string
  /** Default: the registry that npm is configured for. */
  readonly registry: string | undefined
  /** For npm: where it finds itself, its configuration and its proxies. */
  readonly env: Readonly<Record<string, string>>
  readonly npmCache: string
  readonly timeoutMs: number
}

export type Installed = { readonly dependencies: readonly ActionDependency[] } | { readonly problem: string }

/** A package that names a repository or a file as its own dependency does not get it. */
const ONLY_REGISTRY = ['git', 'remote', 'file', 'directory'].map(kind => `--allow-${kind}=none`)

const ARGUMENTS = [
  'install',
  '--json',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-bin-links',
  '--no-package-lock',
  '--omit=dev',
  '--omit=optional',
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

/** npm's own words, without addresses and paths of the server. */
const problemOf = (stdout: string, isTimeout: boolean): string => {
  if (isTimeout) return 'the registry did not answer in time'
  const report = parseJson(stdout)
  const error = isJsonObject(report) ? report.error : undefined
  const [code, detail] = [textAt(error, 'code'), textAt(error, 'detail')]
  if (code === 'E404')
    return /'([^']+)'/.exec(detail)?.[1]?.concat(' is not in the registry') ?? 'a package is not in the registry'
  if (code === 'ETARGET' || code === 'ERESOLVE') return textAt(error, 'summary').split('\n')[0]?.slice(0, 300) ?? code
  return code ? `the registry could not be used (${code})` : 'npm could not be started on this server'
}

const versionOf = async (folder: string, name: string): Promise<string> =>
  textAt(parseJson(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')), 'version')

/** @param folder an empty folder; afterwards it holds `node_modules` */
export const installDependencies = async (
  folder: string,
  dependencies: readonly ActionDependency[],
  { npm, registry, env, npmCache, timeoutMs }: InstallOptions,
): Promise<Installed> => {
  await mkdir(folder, { recursive: true })
  const wanted = Object.fromEntries(dependencies.map(({ name, version }) => [name, version.trim() || 'latest']))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }))
  const { code, stdout, isTimeout } = await runCommand({
    file: npm,
    args: [...ARGUMENTS, `--cache=${npmCache}`, ...(registry ? [`--registry=${registry}`] : [])],
    cwd: folder,
    env,
    timeoutMs,
    maxOutputBytes: 4_000_000,
  })
  if (code !== 0) return { problem: problemOf(stdout, isTimeout) }
  const pinned = dependencies.map(async ({ name }) => ({ name, version: await versionOf(folder, name) }))
  return { dependencies: await Promise.all(pinned) }
}
