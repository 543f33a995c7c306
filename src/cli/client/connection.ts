/** Which server a command talks to, and as whom: arguments, the environment, or the file that a server wrote. */

import { resolve } from 'node:path'
import { StartupError } from '../../base/startup-error.ts'
import { loadCredentials } from '../../config/credentials-file.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import type { Flags, Given } from '../terminal/flags.ts'

export interface Connection {
  /** With the trailing slash. */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
}

export const CONNECTION_FLAGS = {
  url: { takes: 'URL', doc: 'address of the server (EXPERIMENT_CENTER_URL)' },
  'client-id': { takes: 'ID', doc: 'client with the scope read:logs (EXPERIMENT_CENTER_CLIENT_ID)' },
  'data-dir': { takes: 'PATH', doc: "where a server's credentials.json is (DATA_DIR; default ./data)" },
} as const satisfies Flags

/** What `--help` says below the flags. */
export const CONNECTION_NOTE = `The secret of the client is read from EXPERIMENT_CENTER_CLIENT_SECRET only: every process can read arguments.
Without these settings the client and the address in credentials.json are used.`

const parseUrl = (text: string): string => {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.search || url.hash) {
    throw new CliFailure(
      `The address of the server must be like https://login.example.com/, not ${JSON.stringify(text)}.`,
      EXIT.usage,
    )
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

const loadFile = async (dataDir: string) => {
  try {
    return await loadCredentials(dataDir)
  } catch (error) {
    throw error instanceof StartupError ? new CliFailure(error.message) : error
  }
}

/**
 * Finds the connection. The client of credentials.json is sent to no other address than that of its server,
 * so that the secret of one installation is never told to another.
 *
 * @throws CliFailure that says which setting is missing
 */
export const findConnection = async (
  flags: Given<typeof CONNECTION_FLAGS>,
  environment: NodeJS.ProcessEnv,
): Promise<Connection> => {
  const text = flags.url ?? environment.EXPERIMENT_CENTER_URL
  const url = text ? parseUrl(text) : undefined
  const clientId = flags['client-id'] ?? environment.EXPERIMENT_CENTER_CLIENT_ID
  const clientSecret = environment.EXPERIMENT_CENTER_CLIENT_SECRET
  if (url && clientId && clientSecret) return { url, clientId, clientSecret }
  if (clientId || clientSecret) return incomplete(url, clientId)
  const dataDir = resolve(flags['data-dir'] ?? (environment.DATA_DIR || './data'))
  const file = await loadFile(dataDir)
  if (!file) {
    throw new CliFailure(
      `There is no credentials.json in ${dataDir}: set EXPERIMENT_CENTER_URL, EXPERIMENT_CENTER_CLIENT_ID and EXPERIMENT_CENTER_CLIENT_SECRET, or name a server's directory with --data-dir.`,
    )
  }
  const { issuer, management } = file
  if (url && new URL(url).origin !== new URL(issuer).origin) {
    throw new CliFailure(
      `The client in ${dataDir}/credentials.json belongs to ${issuer} and is not sent to ${url}: set EXPERIMENT_CENTER_CLIENT_ID and EXPERIMENT_CENTER_CLIENT_SECRET.`,
    )
  }
  return { url: url ?? issuer, clientId: management.client_id, clientSecret: management.client_secret }
}

const incomplete = (url: string | undefined, clientId: string | undefined): never => {
  const missing = url ? (clientId ? 'EXPERIMENT_CENTER_CLIENT_SECRET' : 'EXPERIMENT_CENTER_CLIENT_ID') : undefined
  throw new CliFailure(
    `${missing ?? 'EXPERIMENT_CENTER_URL, EXPERIMENT_CENTER_CLIENT_ID or EXPERIMENT_CENTER_CLIENT_SECRET'} is not set; a client needs all three.`,
  )
}
