/** The login as one request listener: finds the tenant, the exchange and who answers. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JWK } from 'jose'
import type { Clock } from '../../base/clock.ts'
import type { LogError } from '../../base/log-error.ts'
import type { TenantId } from '../../model/ids.ts'
import { openActions } from '../actions/open-actions.ts'
import { createSafeAssign } from '../assignment/assign-safely.ts'
import { loadSession } from '../engine/engine-request.ts'
import { type Continuation, completeSuspension } from '../engine/interaction.ts'
import { createTenantRuntimes, type TenantRuntimes } from '../engine/tenant-runtime.ts'
import { PageRefusal, toFailure } from '../http/failure.ts'
import { sendMethodNotAllowed, sendRedirect } from '../http/reply.ts'
import { requestHostname } from '../http/request-facts.ts'
import type { LeadOnServices } from '../lead-on/lead-on.ts'
import { LoginWentOn } from '../lead-on/login-went-on.ts'
import { sendLead } from '../lead-on/send-lead.ts'
import { wayAfter, wayAgain } from '../lead-on/way-on.ts'
import { createPasswordHasher } from '../password/password-hasher.ts'
import { createSignIn } from '../password/sign-in.ts'
import { createSignUp } from '../password/sign-up.ts'
import type { Step } from '../pipeline/step.ts'
import { createDirectory, type Directory } from '../tenant/directory.ts'
import { createTenantDirectory, type Tenant, type TenantDirectory } from '../tenant/tenant.ts'
import { createExchange, type Exchange } from '../transaction/exchange.ts'
import { answerFailure } from './answer-failure.ts'
import { createBeginningBudget } from './beginning-budget.ts'
import type { LoginServices } from './login-services.ts'
import { createRoutes, type Route } from './routes.ts'
import { createSteps } from './steps.ts'
import { type Sweeper, startSweeper } from './sweeper.ts'

export interface Login extends Sweeper {
  /** Answers a request of the login's addresses; false, and nothing done, for any other. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Sends the browser back into a login that a step has suspended. Never rejects: what is wrong becomes a page. */
  resume(
    request: IncomingMessage,
    response: ServerResponse,
    state: string | null,
    resumption: Continuation,
  ): Promise<void>
  /** The tenant that a host name addresses; the default tenant for an unknown one. */
  tenantOf(hostname: string): Promise<Tenant | undefined>
  /** The tenant's public signing keys, those of a running rotation included. */
  verificationKeys(tenantId: TenantId): Promise<readonly JWK[]>
  /** Clients and connections by id and name, at most a second old. */
  readonly directory: Pick<Directory, 'client' | 'connection' | 'forgetConnections'>
}

export interface LoginOptions {
  /** In place of the table of steps; for tests of the pipeline. */
  readonly steps?: readonly Step[]
}

type Answer = (exchange: Exchange) => Promise<void>

interface Door {
  readonly clock: Clock
  readonly trustedProxyHops: number
  readonly tenants: TenantDirectory
  readonly keysOf: TenantRuntimes['keys']
  readonly leadOn: LeadOnServices
  readonly logError: LogError
}

const openExchange = async (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { clock, trustedProxyHops, tenants, keysOf }: Door,
): Promise<Exchange> => {
  const startedAt = clock()
  const hostname = requestHostname(request)
  const tenant = await tenants.byHostname(hostname)
  if (!tenant) throw new TypeError('there is no default tenant')
  const keys = await keysOf(tenant.tenantId)
  return createExchange({ request, response, url, hostname, tenant, keys, trustedProxyHops, startedAt })
}

interface Served {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  /** Undefined when not even the tenant could be found. */
  readonly exchange: Exchange | undefined
}

/** Leads the browser on, or says what went wrong. Never rejects. */
const answerFor = async (error: unknown, served: Served, door: Door): Promise<void> => {
  const { request, response, url, exchange } = served
  const { leadOn, logError } = door
  if (exchange && error instanceof LoginWentOn) {
    return sendLead(error, exchange, leadOn).catch(reason => answerFor(reason, served, door))
  }
  const application = error instanceof PageRefusal ? error.application : undefined
  const next = exchange ? await wayAfter(toFailure(error), exchange, leadOn.directory, application) : wayAgain(url.href)
  answerFailure(request, response, error, { tenant: exchange?.tenant, next, logError })
}

/** Runs `answer` in an exchange; what it throws becomes a page or JSON. */
const createServe =
  (door: Door) => async (request: IncomingMessage, response: ServerResponse, url: URL, answer: Answer) => {
    let exchange: Exchange | undefined
    try {
      exchange = await openExchange(request, response, url, door)
      await answer(exchange)
    } catch (error) {
      await answerFor(error, { request, response, exchange, url }, door)
    }
  }

/** The address and the route of a request; undefined when they are not the login's. */
const routeOf = (
  request: IncomingMessage,
  issuer: string,
  findRoute: ReturnType<typeof createRoutes>,
): { url: URL; route: Route } | undefined => {
  const target = request.url ?? ''
  const url = target.startsWith('/') && !target.startsWith('//') ? URL.parse(target, issuer) : null
  const route = url ? findRoute(url.pathname) : undefined
  return url && route ? { url, route } : undefined
}

/** Creates the login. It holds nothing but memories of the database, so any number of servers may run one. */
export const createLogin = (services: LoginServices, options: LoginOptions = {}): Login => {
  const { db, config, clock, logError, random } = services
  const directory = createDirectory(services)
  const login = { ...services, safeAssign: createSafeAssign(services) }
  const tenants = createTenantDirectory(services)
  const actions = openActions(services, directory)
  const steps = options.steps ?? createSteps({ ...services, ...login, directory, postLogin: actions?.step })
  const runtimes = createTenantRuntimes(services, { login, directory, steps })
  const hasher = createPasswordHasher()
  const engineOf = ({ tenant, keys }: Exchange) => runtimes.provider(tenant, keys)
  const users = { signIn: createSignIn(db, hasher, config), signUp: createSignUp(db, hasher, random, config) }
  const admitBeginning = createBeginningBudget(config, services)
  const registration = actions?.registration
  const findRoute = createRoutes({ ...services, ...users, login, directory, registration, engineOf })
  const leadOn: LeadOnServices = {
    ...services,
    directory,
    loadSession: exchange => loadSession(exchange, engineOf(exchange)),
  }
  const { trustedProxyHops } = config
  const serve = createServe({ clock, trustedProxyHops, tenants, keysOf: runtimes.keys, leadOn, logError })
  const sweeper = startSweeper(db, error => logError(error, { what: 'deleting expired rows' }))

  return {
    async handle(request, response) {
      const { url, route } = routeOf(request, config.issuer, findRoute) ?? {}
      if (!url || !route) return false
      if (!route.methods.includes(request.method ?? '')) {
        sendMethodNotAllowed(response, route.methods)
        return true
      }
      await serve(request, response, url, async exchange => {
        if (route.isBeginning && request.method !== 'OPTIONS') admitBeginning(exchange)
        return route.answer(exchange)
      })
      return true
    },
    resume: (request, response, state, resumption) =>
      serve(request, response, new URL(request.url ?? '/', config.issuer), async exchange =>
        sendRedirect(response, await completeSuspension(exchange, services, state, resumption)),
      ),
    tenantOf: hostname => tenants.byHostname(hostname),
    verificationKeys: async tenantId => (await runtimes.keys(tenantId)).verification,
    directory,
    sweep: sweeper.sweep,
    async [Symbol.asyncDispose]() {
      await registration?.[Symbol.asyncDispose]()
      await sweeper[Symbol.asyncDispose]()
    },
  }
}
