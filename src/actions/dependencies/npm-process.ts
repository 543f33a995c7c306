/** npm in the version that comes with the server, with the right to read and write what an installation needs, and nothing else. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { BUILD_LIMITS } from './build-limits.ts'

type Environment = Readonly<Record<string, string>>

/** The package that package.json pins: which npm is on a server's PATH, and what that one understands, is not known. */
export const pinnedNpm = (): string => dirname(createRequire(import.meta.url).resolve('npm/package.json'))

/** Names of variables that npm may see: the rest of the environment holds secrets of the server. */
const PASSED = /^(PATH|HOME|TMPDIR|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|npm_config_.*)$/i

/** What npm is told of the server's environment: where its configuration is, and how the network is reached. */
export const npmEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && PASSED.test(name) ? [[name, value]] : [])),
  )

/** npm reads its variables in any case. */
const optionOf = (env: Environment, option: string): string | undefined =>
  Object.entries(env).find(([name, value]) => value !== '' && name.toLowerCase() === `npm_config_${option}`)?.[1]

/** Options whose value is a file, in a configuration: `cafile=…`, or `//registry.example/:certfile=…`. */
const FILE_OPTION = /^\s*(?:\/\/.*:)?(?:cafile|certfile|keyfile)\s*=\s*["']?([^"'\r\n]+)/gim

const filesNamedIn = async (configuration: string, home: string): Promise<readonly string[]> => {
  const text = await readFile(configuration, 'utf8').catch(() => '')
  const named = [...text.matchAll(FILE_OPTION)].map(([, value = '']) => value.trim())
  return named.map(value => resolve(dirname(configuration), value.replace(/^(~|\$\{HOME\})(?=\/)/, home)))
}

/** The operator's configuration of npm (a private registry, its token, its certificates): npm may read these files. */
const configurationFiles = async (env: Environment): Promise<readonly string[]> => {
  const home = env.HOME ?? '/'
  const ofUser = optionOf(env, 'userconfig') ?? join(home, '.npmrc')
  const ofMachine = optionOf(env, 'globalconfig') ?? join(dirname(dirname(process.execPath)), 'etc', 'npmrc')
  const named = await Promise.all([ofUser, ofMachine].map(file => filesNamedIn(file, home)))
  const given = ['cafile', 'certfile', 'keyfile'].map(option => optionOf(env, option))
  return [ofUser, ofMachine, ...named.flat(), ...given.filter(file => file !== undefined)]
}

/**
 * What to start for npm: it cannot start a process itself (neither git nor a script), make a link, write outside of the
 * folder, or read anything but that folder, its own files and its configuration.
 *
 * @param npm folder of the package npm
 * @param folder real path; where npm runs and installs
 */
export const npmProcess = async (npm: string, folder: string, env: Environment) => {
  const readable = [npm, folder, ...(await configurationFiles(env))]
  return {
    file: process.execPath,
    args: [
      '--no-warnings',
      `--max-old-space-size=${BUILD_LIMITS.heapMegabytes}`,
      '--permission',
      ...readable.map(path => `--allow-fs-read=${path}`),
      `--allow-fs-write=${folder}`,
      join(npm, 'bin', 'npm-cli.js'),
    ],
    cwd: folder,
    env,
  }
}
