/** npm in the version that comes with the server, with the right to read and write what an installation needs, and nothing else. */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BUILD_LIMITS } from './build-limits.ts'

/** The package that package.json pins: which npm is on a server's PATH, and what that one understands, is not known. */
export const pinnedNpm = (): string => dirname(createRequire(import.meta.url).resolve('npm/package.json'))

/** Names of variables that npm may see: the rest of the environment holds secrets of the server. */
const PASSED = /^(PATH|HOME|TMPDIR|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|npm_config_.*)$/i

/** What npm is told of the server's environment: where its configuration is, and how the network is reached. */
export const npmEnvironment = (env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && PASSED.test(name) ? [[name, value]] : [])),
  )

/**
 * What to start for npm: it cannot start a process itself (neither git nor a script), make a link, write outside of the
 * folder, or read anything but that folder and its own files.
 *
 * @param npm folder of the package npm
 * @param folder real path; where npm runs and installs
 */
export const npmProcess = (node: string, npm: string, folder: string) => ({
  file: node,
  args: [
    '--no-warnings',
    `--max-old-space-size=${BUILD_LIMITS.heapMegabytes}`,
    '--permission',
    ...[npm, folder].map(path => `--allow-fs-read=${path}`),
    `--allow-fs-write=${folder}`,
    join(npm, 'bin', 'npm-cli.js'),
  ],
  cwd: folder,
})
