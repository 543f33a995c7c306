/** The Management API in process: a real database, real tokens, the public door. */

import assert from 'node:assert/strict'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { ActionPorts } from '../../src/api/actions/action-ports.ts'
import type { ManagementApiDeps } from '../../src/api/http/api-deps.ts'
import type { LogStreamPorts } from '../../src/api/log-streams/log-stream-ports.ts'
import { createManagementApi } from '../../src/api/management-api.ts'
import { createOperations, type OperationPorts } from '../../src/api/operations.ts'
import type { UserPorts } from '../../src/api/users/user-ports.ts'
import { systemRandom } from '../../src/base/random.ts'
import { createSecretBox } from '../../src/base/secret-box.ts'
import type { LogEvent } from '../../src/logs/record/log-event.ts'
import { toTenantId } from '../../src/model/ids.ts'
import { createCancellableRead } from '../../src/store/database/cancellable-read.ts'
import type { Db } from '../../src/store/database/database.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export const ISSUER = 'http://tenant.test/'
export const AUDIENCE = `${ISSUER}api/v2/`
export const TENANT = toTenantId('test')

/** Every scope of experimentation. */
export const ALL_SCOPES = ['create', 'read', 'update', 'delete'].map(verb => `${verb}:experimentation`).join(' ')

const { privateKey, publicKey } = await generateKeyPair('RS256')
const KEY_ID = 'test-key'

export interface TokenWishes {
  readonly claims?: JWTPayload
  readonly scope?: string
  readonly key?: Parameters<SignJWT['sign']>[0]
  readonly header?: { readonly alg?: string; readonly kid?: string }
}

/** A token as the tenant issues it to a machine, with wishes on top. Times are real. */
export const signToken = ({
  claims,
  scope = ALL_SCOPES,
  key = privateKey,
  header,
}: TokenWishes = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    iss: ISSUER,
    sub: 'ci@clients',
    aud: AUDIENCE,
    azp: 'ci',
    iat: now,
    exp: now + 3600,
    scope,
    ...claims,
  }
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID, ...header }).sign(key)
}

export interface Answer {
  readonly status: number
  /** Parsed JSON; `any` on purpose, because tests look into it freely. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers of many operations
  readonly body: any
  readonly headers: Headers
}

export interface TestApi extends AsyncDisposable {
  readonly db: Db
  readonly database: TestDatabase
  /** What was logged, oldest first. */
  readonly events: LogEvent[]
  /** What was reported to the operator. */
  readonly errors: unknown[]
  /** How often the configuration was announced as changed. */
  readonly changes: string[]
  /** The path is below `/api/v2/experimentation`, or absolute. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** A call without the headers that `call` adds; the path is absolute. */
  request(path: string, init?: RequestInit): Promise<Answer>
  /** A JSON call whose body is a stream. */
  stream(path: string, init: RequestInit & { readonly duplex: 'half' }): Promise<Answer>
}

const toBody = (body: unknown): NonNullable<RequestInit['body']> =>
  typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)

const noSandbox = (): never => {
  throw new TypeError('this test has no sandbox')
}

/** For tests that touch no Action. */
const NO_ACTIONS: ActionPorts = {
  runner: { check: noSandbox, run: noSandbox },
  build: noSandbox,
  secrets: createSecretBox(systemRandom(32)),
}

/** Streams may go to local receivers. */
const LOG_STREAMS: LogStreamPorts = {
  secrets: createSecretBox(systemRandom(32)),
  rules: { allowInsecureHttp: true, allowLocalAddresses: true },
  random: systemRandom,
}

/** Passwords that are hashed at once: no test of this API logs in. */
const USERS: UserPorts = {
  random: systemRandom,
  hashPassword: async password => `hash of ${password.length} characters`,
}

const PORTS: OperationPorts = {
  actions: NO_ACTIONS,
  logStreams: LOG_STREAMS,
  authenticationMethods: { secrets: createSecretBox(systemRandom(32)), random: systemRandom },
  users: USERS,
}

/** The table, for what it says of the operations. */
export const OPERATIONS = createOperations(PORTS)

/** Every answer that a test receives fits the schema that its operation declares. */
const assertFits = (method: string, path: string, { status, body }: Answer): void => {
  const operation = OPERATIONS.find(
    candidate =>
      candidate.method === method.toLowerCase() &&
      new RegExp(`^/api/v2${candidate.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  if (!operation || status >= 400) return
  assert.equal(status, operation.success.status, `${operation.id} answered ${status}`)
  if (operation.success.status === 204) assert.equal(body, undefined)
  else assert.deepEqual(operation.success.schema.parse(body), body)
}

const toAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** Creates a database with one tenant and the API on it. */
export const createTestApi = async ({
  actions = PORTS.actions,
  logStreams = PORTS.logStreams,
  authenticationMethods = PORTS.authenticationMethods,
  users = PORTS.users,
  ...overrides
}: Partial<OperationPorts & ManagementApiDeps> = {}): Promise<TestApi> => {
  const database = await createTestDatabase()
  const { db } = database
  await db.insertInto('tenants').values({ tenant_id: TENANT, friendly_name: 'Test', is_default: true }).execute()
  const keys = [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }]
  const events: LogEvent[] = []
  const errors: unknown[] = []
  const changes: string[] = []
  const app = createManagementApi(createOperations({ actions, logStreams, authenticationMethods, users }), {
    db,
    readCancellably: createCancellableRead(overrides.db ?? db, db),
    readPlaces: 2,
    rateLimit: 'off',
    log: { record: async event => `log-${events.push(event)}` },
    clock: Date.now,
    random: systemRandom,
    tenantOf: async () => ({ tenantId: TENANT, name: 'Test', issuer: ISSUER }),
    verificationKeys: async () => keys,
    clientName: async () => 'CI',
    ipOf: () => '203.0.113.7',
    afterConfigChange: async tenantId => void changes.push(tenantId),
    logError: error => errors.push(error),
    ...overrides,
  })
  const token = await signToken()
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const answer = await toAnswer(await app.request(`${ISSUER.slice(0, -1)}${path}`, init))
    assertFits(init.method ?? 'GET', path.replace(/\?.*$/, ''), answer)
    return answer
  }
  return {
    db,
    database,
    events,
    errors,
    changes,
    request,
    stream: (path, init) =>
      request(`/api/v2/experimentation${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      }),
    call: (method, path, body, headers) =>
      request(path.startsWith('/api/') ? path : `/api/v2/experimentation${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: toBody(body) }),
      }),
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** Asserts a refusal by status and code, and that the envelope is whole; returns the message. */
export const assertRefused = (answer: Answer, status: number, code: string): string => {
  assert.deepEqual([answer.status, answer.body?.errorCode], [status, code], JSON.stringify(answer.body))
  assert.equal(answer.body.statusCode, status)
  assert.equal(typeof answer.body.error, 'string')
  return answer.body.message
}
