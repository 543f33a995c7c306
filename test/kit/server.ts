/** A whole server for a test: a process of its own on a fresh database, reached through its public doors. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApiClient, createApiClient } from '../../src/cli/client/api-client.ts'
import { type ServerProcess, startServerProcess } from '../../src/cli/demo/server-process.ts'
import {
  createSimulatedBrowser,
  type RelyingParty,
  type SimulatedBrowser,
} from '../../src/cli/demo/simulated-browser.ts'
import { createTestDatabase } from './database.ts'

export interface Credentials {
  readonly issuer: string
  readonly management: { readonly client_id: string; readonly client_secret: string; readonly audience: string }
  readonly app: { readonly client_id: string; readonly client_secret: string; readonly callbacks: readonly string[] }
  readonly admin: { readonly email: string; readonly password: string }
}

export interface TestServer {
  readonly process: ServerProcess
  readonly issuer: string
  readonly dataDir: string
  readonly databaseUrl: string
  readonly credentials: Credentials
  readonly party: RelyingParty
  /** A client with every scope. */
  api(): Promise<ApiClient>
  /** A browser that was never here. */
  browser(headers?: Record<string, string>): SimulatedBrowser
  close(): Promise<void>
}

/** A TCP port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** The environment of a test server: nothing of the developer's own settings leaks in. */
export const serverEnvironment = (variables: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  LOG_LEVEL: 'warn',
  ...variables,
})

/** A new directory below the system's temporary one. */
export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'experiment-center-'))

export const readCredentials = (dataDir: string): Credentials =>
  JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8'))

/** A client with every scope of a server that is running; a request that fails, fails. */
export const apiClientOf = (url: string, { management }: Credentials): ApiClient =>
  createApiClient(
    { url, clientId: management.client_id, clientSecret: management.client_secret },
    { signal: new AbortController().signal, patienceMs: 0 },
  )

/** What a test does with a running server, started by itself or by another. */
const doorsOf = (server: ServerProcess, credentials: Credentials) => {
  const party: RelyingParty = {
    issuer: server.issuer,
    clientId: credentials.app.client_id,
    clientSecret: credentials.app.client_secret,
    redirectUri: credentials.app.callbacks[0] ?? '',
  }
  return {
    process: server,
    issuer: server.issuer,
    credentials,
    party,
    api: async () => apiClientOf(server.issuer, credentials),
    browser: (headers: Record<string, string> = {}) =>
      createSimulatedBrowser(party, { 'user-agent': 'Mozilla/5.0 (test)', ...headers }, () =>
        randomBytes(32).toString('base64url'),
      ),
  }
}

/** The settings with which another server joins the tenant of the first. */
export const settingsToJoin = ({ databaseUrl, credentials }: TestServer): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  MANAGEMENT_CLIENT_ID: credentials.management.client_id,
  MANAGEMENT_CLIENT_SECRET: credentials.management.client_secret,
  APP_CLIENT_ID: credentials.app.client_id,
  APP_CLIENT_SECRET: credentials.app.client_secret,
  // The issuers of two servers of a test are two, so their callback pages would be, too.
  APP_CALLBACKS: credentials.app.callbacks.join(','),
  ADMIN_EMAIL: credentials.admin.email,
  ADMIN_PASSWORD: credentials.admin.password,
})

/** Starts a server on a database of its own, or on one that the caller names with `DATABASE_URL`. */
export const startTestServer = async (variables: Record<string, string> = {}): Promise<TestServer> => {
  const database = variables.DATABASE_URL ? undefined : await createTestDatabase()
  const databaseUrl = variables.DATABASE_URL ?? database?.connectionString ?? ''
  const dataDir = variables.DATA_DIR ?? temporaryDirectory()
  const environment = serverEnvironment({
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    ...variables,
  })
  const server = await startServerProcess(environment)
  return {
    ...doorsOf(server, readCredentials(dataDir)),
    dataDir,
    databaseUrl,
    async close() {
      await server.stop()
      await database?.close()
      if (!variables.DATA_DIR) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
