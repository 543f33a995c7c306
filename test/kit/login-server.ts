/** The login alone behind a real HTTP server: a real database, a log that keeps events in memory, a fake assignment. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { systemRandom } from '../../src/base/random.ts'
import { createSecretBox } from '../../src/base/secret-box.ts'
import { loadConfig } from '../../src/config/config.ts'
import type { LoginActions } from '../../src/login/actions/login-actions.ts'
import type { Assign, Assignment, AssignOutcome } from '../../src/login/assignment/assignment-port.ts'
import { createLogin, type Login, type LoginOptions } from '../../src/login/door/create-login.ts'
import type { LoginConfig } from '../../src/login/http/login-config.ts'
import { createPasswordHasher } from '../../src/login/password/password-hasher.ts'
import { type SeedCredentials, seedTenant } from '../../src/login/tenant/seed-tenant.ts'
import { logEventType } from '../../src/logs/events/index.ts'
import { toLogDocument } from '../../src/logs/record/document.ts'
import type { LogEvent, TenantLog } from '../../src/logs/record/log-event.ts'
import { type TenantId, toTenantId } from '../../src/model/ids.ts'
import { openDatabase } from '../../src/store/database/database.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { documentProblems } from './document-problems.ts'
import { freePort } from './server.ts'

export const CALLBACK = 'http://127.0.0.1:9/callback'

export const ASSIGNMENT: Assignment = {
  experiment_id: 'exp_1',
  variation_id: 'var_t',
  variation_name: 'treatment',
  is_control: false,
  authentication_flow: 'authentication',
  allocation_strategy: 'percentage',
  assignment: 'auto',
  config: { prompt: { value: true } },
}

/** What a test may change while the server runs. */
export interface Switches {
  assign: Assign
  /** Called for each event before it is taken; a rejection is the log's. */
  beforeRecord: (event: LogEvent) => Promise<void>
  /** Answers requests that are not the login's. */
  otherwise: (request: IncomingMessage, response: ServerResponse) => void
}

export interface LoginServer extends AsyncDisposable {
  readonly issuer: string
  /** Where it can be reached, which need not be the issuer. */
  readonly address: string
  readonly tenantId: TenantId
  readonly credentials: SeedCredentials
  readonly database: TestDatabase
  readonly login: Login
  readonly switches: Switches
  readonly log: TenantLog
  /** Every event that the log has taken, in order. */
  readonly events: LogEvent[]
  /** Errors that the operator would read. */
  readonly errors: unknown[]
  /** Types of the events since the last call. */
  takeEvents(): LogEvent[]
}

/** What experimentation answers when it assigns this, or nothing. */
export const outcomeOf = (assignment?: Assignment, reason = 'auto_percentage'): AssignOutcome => ({
  assigned: assignment ? [{ assignment, reason }] : [],
  awaitsUser: false,
  warnings: [],
})

const NEVER_ASSIGNED: Assign = async () => outcomeOf()

const notFound = (_: IncomingMessage, response: ServerResponse): void => {
  response.statusCode = 404
  response.end()
}

/** @throws TypeError for an event that does not fit the table of events */
const checkEvent = (event: LogEvent): void => {
  const document = { ...toLogDocument(event, { tenantName: 't', environmentName: 'e' }), log_id: '1', _id: '1' }
  const problems = documentProblems(document, logEventType(event.type))
  if (problems.length > 0) throw new TypeError(problems.join('; '))
}

export interface LoginServerOptions extends LoginOptions {
  readonly issuer?: string
  readonly trustedProxyHops?: number
  readonly clock?: Clock
  /** In place of the defaults. */
  readonly config?: Partial<LoginConfig>
  /** Without them no Actions run. */
  readonly actions?: LoginActions
  /** In place of a fresh one; migrated, and without a tenant. */
  readonly database?: TestDatabase
}

/** Starts a tenant of its own. `close` by `await using` or in `after`. */
export const startLoginServer = async (options: LoginServerOptions = {}): Promise<LoginServer> => {
  const database = options.database ?? (await createTestDatabase())
  const volatile = openDatabase({ connectionString: database.connectionString, max: 5, synchronousCommit: 'off' })
  const port = await freePort()
  const address = `http://localhost:${port}/`
  const { issuer = address, clock = systemClock } = options
  const tenantId = toTenantId('dev')
  const secretBox = createSecretBox(new Uint8Array(32).fill(7))
  const random = systemRandom
  const credentials = await seedTenant(
    { tenantId, issuer, appCallbacks: [CALLBACK], adminEmail: 'admin@example.com', adminPassword: 'correct horse' },
    { db: database.db, random, secretBox, hasher: createPasswordHasher() },
  )
  if (!credentials) throw new TypeError('the test database was not empty')

  const events: LogEvent[] = []
  const errors: unknown[] = []
  const switches: Switches = { assign: NEVER_ASSIGNED, beforeRecord: async () => {}, otherwise: notFound }
  let taken = 0
  const log: TenantLog = {
    async record(event) {
      await switches.beforeRecord(event)
      checkEvent(event)
      events.push(event)
      return String(events.length)
    },
  }
  const login = createLogin(
    {
      db: database.db,
      volatileDb: volatile.db,
      clock,
      random,
      secretBox,
      config: { ...loadConfig({}), ...options.config, issuer, trustedProxyHops: options.trustedProxyHops ?? 0 },
      assign: input => switches.assign(input),
      ...(options.actions ? { actions: options.actions } : {}),
      logError: error => errors.push(error),
      log,
    },
    options,
  )
  const server = createServer(async (request, response) => {
    if (!(await login.handle(request, response))) switches.otherwise(request, response)
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))

  return {
    issuer,
    address,
    tenantId,
    credentials,
    database,
    login,
    switches,
    log,
    events,
    errors,
    takeEvents() {
      const fresh = events.slice(taken)
      taken = events.length
      return fresh
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await login[Symbol.asyncDispose]()
      await volatile.close()
      await database.close()
    },
  }
}
