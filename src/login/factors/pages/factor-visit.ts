/** One visit of a page of second factors or passkeys: whose login it is, what it waits for, and where it goes on. */

import type { JsonObject } from '../../../base/json.ts'
import {
  type FactorRequest,
  type FactorRequestKey,
  findFactorRequest,
  settleFactorRequest,
} from '../../../store/logins/factor-request-store.ts'
import {
  type AuthenticationMethod,
  listAuthenticationMethods,
} from '../../../store/users/authentication-method-store.ts'
import { findUser, type UserRecord } from '../../../store/users/user-store.ts'
import { completeSuspension, loadInteraction, type PageInteraction } from '../../engine/interaction.ts'
import { PIPELINE } from '../../engine/interaction-policy.ts'
import { EXPIRED, PageRefusal } from '../../http/failure.ts'
import { sendRedirect } from '../../http/reply.ts'
import { LoginWentOn } from '../../lead-on/login-went-on.ts'
import type { HostedPage } from '../../pages/hosted-page.ts'
import { readPageForm } from '../../pages/page-form.ts'
import { DATABASE_CONNECTION } from '../../tenant/directory.ts'
import type { EventContext } from '../../transaction/events.ts'
import type { Exchange } from '../../transaction/exchange.ts'
import { MFA_METHOD, MULTI_FACTOR_ACR } from '../authentication-context.ts'
import type { FactorServices } from '../factor-services.ts'
import { availableFactors, type Stage, stageFlow, stageOf, stagePath } from '../factor-stage.ts'
import { factorOf, isFactorName } from '../kinds/index.ts'

export interface FactorVisit {
  readonly exchange: Exchange
  readonly services: FactorServices
  readonly interaction: PageInteraction
  readonly key: FactorRequestKey
  readonly request: FactorRequest
  readonly user: UserRecord
  readonly methods: readonly AuthenticationMethod[]
  readonly stage: Stage
  /** For events of this visit. */
  readonly eventContext: EventContext & { readonly user: UserRecord }
}

/** What makes one of these pages. */
export interface FactorPage {
  /** Finds the visit; default: that of a login which one of our steps has suspended. */
  readonly load?: (exchange: Exchange, services: FactorServices) => Promise<FactorVisit>
  /** True in the stage in which the page may be shown. */
  admits(stage: Stage): boolean
  show(visit: FactorVisit, problem?: PageProblem): Promise<void>
  /** @param form its `state` was compared with the address */
  submit(visit: FactorVisit, form: URLSearchParams): Promise<void>
}

/** Why a form is shown again. */
export interface PageProblem {
  readonly error: string
  /** Default 400. */
  readonly status?: number
  /** Seconds. */
  readonly retryAfter?: number
}

const IMPOSSIBLE = new PageRefusal({
  status: 403,
  code: 'access_denied',
  title: 'This does not work here',
  message: 'None of your second factors can be used for this login. Ask the people who run this service for help.',
})

/**
 * For a form that the login has gone on without: it was sent twice, or what it was for has ended. Its browser is led to
 * where the login is.
 */
export const wentOn = ({ interaction }: Pick<FactorVisit, 'interaction'>): LoginWentOn =>
  new LoginWentOn(interaction.transaction)

/** The login that waits here. @throws PageRefusal as `loadInteraction` does */
export const loadWaitingLogin = (exchange: Exchange, services: FactorServices): Promise<PageInteraction> =>
  loadInteraction(exchange, services, exchange.url.searchParams.get('state'), [PIPELINE])

/** @throws PageRefusal before the login */
export const requestKeyOf = ({ tenant }: Exchange, { transaction, account }: PageInteraction): FactorRequestKey => {
  if (!account) throw new PageRefusal(EXPIRED)
  return { tenantId: tenant.tenantId, transactionId: transaction.id, ...account }
}

/** Adds what a page needs to know. @throws PageRefusal when the login waits for nothing */
export const createVisit = async (
  exchange: Exchange,
  services: FactorServices,
  interaction: PageInteraction,
  request: FactorRequest | undefined,
): Promise<FactorVisit> => {
  const { db, clock, directory } = services
  const { tenant } = exchange
  if (!request) throw new PageRefusal(EXPIRED)
  const { key } = request
  const [user, methods, connection] = await Promise.all([
    findUser(db, tenant.tenantId, key.userId),
    listAuthenticationMethods(db, tenant.tenantId, key.userId),
    directory.connection(tenant.tenantId, DATABASE_CONNECTION),
  ])
  if (!user) throw new PageRefusal(EXPIRED)
  const stage = stageOf(request, methods, availableFactors(tenant))
  return {
    exchange,
    services,
    interaction,
    key,
    request,
    user,
    methods,
    stage,
    eventContext: {
      exchange,
      at: clock(),
      user,
      transaction: interaction.transaction,
      sessionId: key.sessionId,
      page: stageFlow(stage),
      connection: connection?.id === user.connectionId ? connection : undefined,
    },
  }
}

/** The visit of a login that one of our steps, or an Action's wish for a factor, has suspended. */
export const loadStepVisit = async (
  exchange: Exchange,
  services: FactorServices,
  interaction: PageInteraction,
): Promise<FactorVisit> => {
  const request = await findFactorRequest(services.volatileDb, requestKeyOf(exchange, interaction))
  // One of an earlier suspension is not what the login waits for now.
  if (request?.step !== undefined && request.step !== interaction.step) throw new PageRefusal(EXPIRED)
  return createVisit(exchange, services, interaction, request)
}

const loadVisit = async (exchange: Exchange, services: FactorServices): Promise<FactorVisit> =>
  loadStepVisit(exchange, services, await loadWaitingLogin(exchange, services))

/** The visit as it is after something was proved or set up. */
const reload = async ({ exchange, services, interaction, key }: FactorVisit): Promise<FactorVisit> =>
  createVisit(exchange, services, interaction, await findFactorRequest(services.volatileDb, key))

/** The address of another page of the same login. */
export const pageAddress = ({ interaction }: Pick<FactorVisit, 'interaction'>, path: string): string =>
  `${path}?state=${interaction.id}`

/** What the login's event says of the second factor (`details.prompts`). */
const mfaPrompts = ({ request, methods, user, eventContext }: FactorVisit): readonly JsonObject[] => {
  const names = request.proved.filter(isFactorName)
  if (names.length === 0 || request.purpose === 'passkey') return []
  const amr = names.flatMap(name => {
    const factor = factorOf(name)
    return factor.amr(methods.find(({ type }) => type === factor.methodType)?.credential)
  })
  const [initiatedAt, completedAt] = [request.startedAt.getTime(), eventContext.at]
  return [
    {
      name: 'mfa',
      flow: 'mfa',
      initiatedAt,
      completedAt,
      elapsedTime: completedAt - initiatedAt,
      performed_acr: [MULTI_FACTOR_ACR],
      performed_amr: [MFA_METHOD, ...new Set(amr)],
      user_id: user.userId,
      user_name: user.email,
    },
  ]
}

/** True when the visit's request has ended as it should, by this form or by the same one that was sent before it. */
const endWait = async ({ services, key, request }: FactorVisit): Promise<boolean> => {
  const { volatileDb, clock } = services
  if (request.settledAt || (await settleFactorRequest(volatileDb, request, new Date(clock())))) return true
  const now = await findFactorRequest(volatileDb, key)
  return now?.revision === request.revision && now.settledAt !== undefined
}

/** Ends the wait and returns where the login goes on: in the step that waits, or at the Action that sent the browser here. */
const finish = async (visit: FactorVisit): Promise<string> => {
  const { exchange, services, interaction, request } = visit
  if (!(await endWait(visit))) throw wentOn(visit)
  if (request.step === undefined) return pageAddress(visit, '/continue')
  const continuation = { step: request.step, data: { settled: true }, prompts: mfaPrompts(visit) }
  return completeSuspension(exchange, services, interaction.id, continuation)
}

/** Sends the browser to the page of its stage, or back into the login. @throws PageRefusal when there is no way on */
const sendOn = async (visit: FactorVisit): Promise<void> => {
  const { stage, request, exchange } = visit
  if (stage.kind === 'impossible') throw IMPOSSIBLE
  const path = stagePath(stage, request)
  sendRedirect(exchange.response, path === undefined ? await finish(visit) : pageAddress(visit, path))
}

/** Goes on after something was proved or set up. */
export const advance = async (visit: FactorVisit): Promise<void> => sendOn(await reload(visit))

/** Ends the request, with all that is still open, and goes on: for what may be declined. */
export const settle = async (visit: FactorVisit): Promise<void> => {
  sendRedirect(visit.exchange.response, await finish(visit))
}

/** A page that shows itself only in its own stage; in any other the browser is sent to where its login is. */
export const toHostedPage = (services: FactorServices, page: FactorPage): HostedPage => {
  const { load = loadVisit } = page
  return {
    async get(exchange) {
      const visit = await load(exchange, services)
      await (page.admits(visit.stage) ? page.show(visit) : sendOn(visit))
    },
    async post(exchange) {
      const form = await readPageForm(exchange)
      const visit = await load(exchange, services)
      await (page.admits(visit.stage) ? page.submit(visit, form) : sendOn(visit))
    },
  }
}
