/** The composition root: the only place that builds stores, pools and servers and ties them together. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { type Logger, pino } from 'pino'
import type { ActionRunner } from './actions/contract/contract.ts'
import { createProgramBuilder } from './actions/host/build/program-builder.ts'
import { createActionRunner } from './actions/host/runner.ts'
import { createManagementApi } from './api/management-api.ts'
import { createOperations, type OperationPorts } from './api/operations.ts'
import { atMostEveryMinute } from './base/at-most-every-minute.ts'
import { systemClock } from './base/clock.ts'
import { createEgress } from './base/egress.ts'
import { type EgressRules, systemResolve } from './base/egress-rules.ts'
import { randomBase58, systemRandom } from './base/random.ts'
import type { SecretBox } from './base/secret-box.ts'
import type { Config } from './config/config.ts'
import { prepareDataDirectory } from './config/data-directory.ts'
import { OPTIONS } from './config/options.ts'
import { type GracefulServer, startGracefulServer } from './http/graceful-server.ts'
import { createHealthHandler } from './http/health.ts'
import { createPlaceOf } from './login/actions/place-of.ts'
import { createAssign } from './login/assignment/assign-experiment.ts'
import { openGeoDatabase } from './login/assignment/geo-database.ts'
import { createLogin, type Login } from './login/door/create-login.ts'
import { openRegistries, type Registries } from './login/door/open-registries.ts'
import { clientAddress } from './login/http/request-facts.ts'
import { createPasswordHasher } from './login/password/password-hasher.ts'
import { openSecretBox } from './login/tenant/open-secret-box.ts'
import { type OpenedTenant, openTenant } from './login/tenant/open-tenant.ts'
import { openTenantLog } from './logs/open-tenant-log.ts'
import type { TenantLog } from './logs/record/log-event.ts'
import { SINK_TIMEOUT_MS } from './logs/sinks/sink.ts'
import { startLogStreamDelivery } from './logs/streams/delivery.ts'
import { DELIVERY_PACE, systemSleep } from './logs/streams/delivery-ports.ts'
import { createSinkOpener } from './logs/streams/open-sink.ts'
import { sealOpenAddresses } from './logs/streams/seal-addresses.ts'
import { toTenantId } from './model/ids.ts'
import { createCancellableRead } from './store/database/cancellable-read.ts'
import { type Databases, openDatabases } from './store/database/open-databases.ts'
import { probeWriting } from './store/database/write-probe.ts'
import { findConnection } from './store/tenants/connection-store.ts'
import { ensureInstallationSecret } from './store/tenants/installation-secret-store.ts'

export interface App {
  readonly tenant: OpenedTenant
  /** Stops in good order: requests first, then the log, then the database. */
  close(): Promise<void>
}

/** Milliseconds that requests in flight get to finish in a stop. */
const DRAIN_MS = 2_500

/** What is running; disposed in the opposite order. */
type Running = AsyncDisposableStack

interface Parts {
  readonly config: Config
  readonly logger: Logger
  readonly databases: Databases
  readonly secretBox: SecretBox
  readonly log: TenantLog
  readonly registries: Registries
}

const openLogin = async (parts: Parts, runner: ActionRunner): Promise<Login> => {
  const { config, logger, databases, secretBox, log, registries } = parts
  const { db, volatileDb } = databases
  const geo = await openGeoDatabase()
  const assign = createAssign({
    snapshots: registries.snapshots,
    geo,
    connectionStrategy: async (tenantId, name) => (await findConnection(db, tenantId, name))?.strategy,
    countryHeader: config.geoCountryHeader,
    regionHeader: config.geoRegionHeader,
  })
  const login = createLogin({
    db,
    volatileDb,
    log,
    assign,
    clock: systemClock,
    random: systemRandom,
    secretBox,
    config,
    actions: { runner, bound: registries.bound, placeOf: createPlaceOf(config, geo) },
    logError: (error, context) => logger.error({ err: error, ...context }, 'a login failed by a fault of the server'),
  })
  registries.onChange(login.directory.forgetConnections)
  return login
}

/** What Hono's adapter hands over with a request. */
interface NodeBindings {
  readonly incoming: IncomingMessage
}

const openManagementApi = (parts: Parts, login: Login, ports: OperationPorts): RequestListener => {
  const { config, logger, databases, log, registries } = parts
  const api = createManagementApi(createOperations(ports), {
    db: databases.managementDb,
    readCancellably: createCancellableRead(databases.managementDb, databases.db),
    readPlaces: databases.readPlaces,
    rateLimit: config.limitManagementApi,
    log,
    clock: systemClock,
    random: systemRandom,
    async tenantOf(request) {
      const tenant = await login.tenantOf(new URL(request.url).hostname)
      if (!tenant) throw new TypeError('there is no default tenant')
      return tenant
    },
    verificationKeys: login.verificationKeys,
    clientName: async (tenantId, clientId) => (await login.directory.client(tenantId, clientId))?.name ?? '',
    // The adapter's own bindings; no other server runs this application.
    ipOf: (_, env) => clientAddress((env as NodeBindings).incoming, config.trustedProxyHops),
    // What a call has changed is in force on this server when the call is answered.
    async afterConfigChange(tenantId) {
      login.directory.forgetConnections(tenantId)
      await Promise.all([registries.snapshots.refresh(tenantId), registries.bound.refresh(tenantId)])
    },
    logError: (error, context) =>
      logger.error({ err: error, ...context }, 'an operation failed by a fault of the server'),
  })
  return getRequestListener(api.fetch)
}

const openActions = ({ config, logger, secretBox }: Parts, running: Running) => {
  const localHosts = config.actionsAllowedHosts
  const egress = createEgress({
    allowLocalAddresses: false,
    allowInsecureHttp: true,
    localHosts,
    setting: OPTIONS.actionsAllowedHosts.variable,
  })
  running.defer(() => egress.close())
  const onError = atMostEveryMinute(error => logger.error({ err: error }, 'the sandbox of Actions cannot be started'))
  const runner = createActionRunner({ egress, onError })
  running.defer(() => runner.close())
  return {
    runner,
    secrets: secretBox,
    build: createProgramBuilder({ cacheDir: join(config.dataDir, 'packages'), env: process.env }),
  }
}

/** Makes the sandbox ready when there are bound Actions, so that the first login does not wait for it. */
const warmActions = async ({ config, registries }: Parts, { runner }: ReturnType<typeof openActions>) => {
  const bound = await registries.bound.current(toTenantId(config.tenant))
  if (Object.values(bound).some(actions => actions.length > 0)) await runner.warm()
}

/** Delivers the streams of all tenants, and gives the API what it needs to make them. */
const openLogStreams = async (parts: Parts, running: Running): Promise<OperationPorts['logStreams']> => {
  const { config, logger, databases, secretBox } = parts
  const installation = await ensureInstallationSecret(databases.db, 'id', () => randomBase58(22, systemRandom))
  await sealOpenAddresses(databases.db, secretBox, error => logger.error({ err: error }, 'a log stream cannot be read'))
  const isLocal = config.logStreamLocal === 'allow'
  const rules: EgressRules = {
    allowInsecureHttp: isLocal,
    allowLocalAddresses: isLocal,
    setting: OPTIONS.logStreamLocal.variable,
  }
  const egress = createEgress(rules)
  running.defer(() => egress.close())
  running.use(
    startLogStreamDelivery({
      db: databases.managementDb,
      openSink: createSinkOpener({
        secrets: secretBox,
        egress,
        clock: systemClock,
        rules,
        resolve: systemResolve,
        timeoutMs: SINK_TIMEOUT_MS,
        files: { directory: config.logStreamDir ?? join(config.dataDir, 'log-streams'), installation },
      }),
      clock: systemClock,
      random: Math.random,
      sleep: systemSleep,
      pace: DELIVERY_PACE,
      onError: error => logger.error({ err: error }, 'the delivery of a log stream failed by a fault of the server'),
    }),
  )
  return { secrets: secretBox, rules, random: systemRandom }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** The first that answers wins; what is left is the Management API's, which answers every path. */
const listenWith =
  (handlers: readonly Handle[], rest: RequestListener): RequestListener =>
  async (request, response) => {
    for (const handle of handlers) if (await handle(request, response)) return
    rest(request, response)
  }

const listen = async (parts: Parts, running: Running): Promise<GracefulServer> => {
  const actions = openActions(parts, running)
  const login = running.use(await openLogin(parts, actions.runner))
  const onFailure = atMostEveryMinute((error: unknown) =>
    parts.logger.error({ err: error }, 'the database takes no writes, so this server is not ready'),
  )
  const health = createHealthHandler({ probeDatabase: () => probeWriting(parts.databases.db, onFailure) })
  // Administrators' passwords do not wait for log-ins: one at a time. All come with a token of the tenant, so there is
  // no network to be fair to.
  const hasher = createPasswordHasher(1)
  const users = { random: systemRandom, hashPassword: (password: string) => hasher.hash(password, '') }
  const authenticationMethods = { secrets: parts.secretBox, random: systemRandom }
  const ports = { actions, logStreams: await openLogStreams(parts, running), authenticationMethods, users }
  const api = openManagementApi(parts, login, ports)
  const server = await startGracefulServer(listenWith([health, login.handle], api), parts.config)
  running.defer(() => server.close(DRAIN_MS))
  let isStopping = false
  running.defer(() => {
    isStopping = true
  })
  warmActions(parts, actions).catch(error => {
    if (!isStopping) parts.logger.warn({ err: error }, 'Actions could not be made ready yet')
  })
  return server
}

/**
 * Starts everything a server is made of; when it settles, requests are accepted.
 *
 * @throws StartupError for what the operator can mend
 */
export const startApp = async (config: Config): Promise<App> => {
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }))
  await using starting = new AsyncDisposableStack()
  prepareDataDirectory(config.dataDir)
  const { dataDir, databaseUrl, databaseMaxConnections: maxConnections } = config
  const databases = starting.use(await openDatabases({ dataDir, databaseUrl, maxConnections, logger }))
  const secretBox = await openSecretBox(config, databases.db)
  const seeds = { db: databases.db, random: systemRandom, secretBox, hasher: createPasswordHasher() }
  const tenant = await openTenant(config, seeds, new Date(systemClock()))
  if (tenant.applied.length > 0)
    logger.info({ settings: tenant.applied }, 'settings that have changed were applied to the tenant')
  const log = starting.use(
    await openTenantLog({
      db: databases.db,
      clock: systemClock,
      random: systemRandom,
      retentionDays: config.logRetentionDays,
      refusals: config.limitLoggedRefusals,
      logger,
    }),
  )
  const { db, connectionString } = databases
  const registries = starting.use(openRegistries({ db, connectionString, secretBox, logger }))
  await listen({ config, logger, databases, secretBox, log, registries }, starting)
  const running = starting.move()
  return { tenant, close: () => running.disposeAsync() }
}
