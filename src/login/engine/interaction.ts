/** The login that a hosted page belongs to, found by the `state` in its address, and how it goes on. */

import type { Provider } from 'oidc-provider'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Db } from '../../store/database/database.ts'
import { answerInteraction, findInteraction, RESULT } from '../../store/logins/interaction-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import { EXPIRED, OTHER_BROWSER, PageRefusal } from '../http/failure.ts'
import { type IsSentBy, LoginWentOn, type Whereabouts } from '../lead-on/login-went-on.ts'
import { isSameBrowser } from '../transaction/browser-binding.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { asOfUser, type LoginTransaction, parseTransaction } from '../transaction/transaction.ts'
import { loadSession } from './engine-request.ts'
import { PIPELINE } from './interaction-policy.ts'

export interface PageInteraction {
  /** The `state` of the page's address. */
  readonly id: string
  /** What the engine waits for: `login`, `select_account` or a suspended step. */
  readonly prompt: string
  /** The suspended step that it waits for. */
  readonly step: string | undefined
  readonly transaction: LoginTransaction
  /** Who has logged in, and in which session; undefined before the login. */
  readonly account: { readonly userId: string; readonly sessionId: string } | undefined
  /** Results of what was asked before. */
  readonly earlier: JsonObject
}

const STATE = /^[\w-]{43}$/

/** What the engine notes of the session that an interaction was begun in. */
const accountOf = (session: unknown): PageInteraction['account'] =>
  isJsonObject(session) && typeof session.accountId === 'string' && typeof session.uid === 'string'
    ? { userId: session.accountId, sessionId: session.uid }
    : undefined

type InteractionStore = { readonly volatileDb: Db }

const stepOf = (prompt: unknown): string | undefined => {
  const details = isJsonObject(prompt) && isJsonObject(prompt.details) ? prompt.details : {}
  return typeof details.step === 'string' ? details.step : undefined
}

/** Where the engine takes an interaction up again. Relative, so that the browser stays on the host that it knows. */
const resumePath = (id: string): string => `/authorize/${id}`

/** What waits for a page, and on which it waits. */
interface Waiting {
  readonly id: string
  readonly prompt: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Where an interaction is that does not wait for this page: answered, or on a page of its own. */
const whereaboutsOf = ({ id, prompt, payload }: Waiting): Whereabouts | undefined => {
  const { result, session } = payload
  if (!isJsonObject(result)) {
    return prompt === PIPELINE ? undefined : { page: `/u/login?state=${id}`, userId: undefined }
  }
  const { accountId } = isJsonObject(result.login) ? result.login : {}
  return { page: resumePath(id), userId: typeof accountId === 'string' ? accountId : accountOf(session)?.userId }
}

/**
 * The interaction of a page.
 *
 * @param isSentBy of a form that names a user
 * @throws PageRefusal when there is none, its time is over, or it was begun in another browser; LoginWentOn when it was
 *   answered or used, or waits for something else
 */
export const loadInteraction = async (
  exchange: Exchange,
  { volatileDb }: InteractionStore,
  state: string | null,
  prompts: readonly string[],
  isSentBy?: IsSentBy,
): Promise<PageInteraction> => {
  if (!state || !STATE.test(state)) throw new PageRefusal(EXPIRED)
  const { tenantId } = exchange.tenant
  const found = await findInteraction(volatileDb, { tenantId, id: state })
  if (!found?.transaction) throw new PageRefusal(EXPIRED)
  const { prompt, lastSubmission, session } = found.payload
  const transaction = parseTransaction(found.transaction)
  if (!isSameBrowser(exchange.cookie('browser'), transaction.browserHash)) {
    const { clientId, params } = transaction
    throw new PageRefusal(OTHER_BROWSER, { clientId, redirectUri: params.redirect_uri })
  }
  if (found.consumedAt) throw new LoginWentOn(transaction, isSentBy)
  const name = isJsonObject(prompt) ? String(prompt.name) : ''
  if (!prompts.includes(name) || found.payload[RESULT] !== undefined) {
    const whereabouts = whereaboutsOf({ id: state, prompt: name, payload: found.payload })
    throw new LoginWentOn(transaction, isSentBy, whereabouts)
  }
  const earlier = isJsonObject(lastSubmission) ? (lastSubmission as JsonObject) : {} // stored as JSON
  const account = accountOf(session)
  const current = asOfUser(transaction, name === PIPELINE ? account?.userId : undefined)
  exchange.transaction = current
  return { id: state, prompt: name, step: stepOf(prompt), transaction: current, account, earlier }
}

/**
 * For a form whose interaction was answered, or used, while the form was looked at.
 *
 * @throws LoginWentOn, or PageRefusal as `loadInteraction` does
 */
export const leaveToOther = async (
  exchange: Exchange,
  store: InteractionStore,
  { id, prompt, transaction }: PageInteraction,
  isSentBy?: IsSentBy,
): Promise<never> => {
  await loadInteraction(exchange, store, id, [prompt], isSentBy)
  throw new LoginWentOn(transaction, isSentBy)
}

/** What an interaction is answered with: its result, and what changes beside it. */
export interface InteractionAnswer {
  readonly result: JsonObject
  readonly more: JsonObject
}

/** Answers the interaction and returns where to send the browser. @throws what `leaveToOther` throws, when it came too late */
const complete = async (
  exchange: Exchange,
  store: InteractionStore,
  interaction: PageInteraction,
  { result, more }: InteractionAnswer,
  isSentBy?: IsSentBy,
): Promise<string> => {
  const { id } = interaction
  const key = { tenantId: exchange.tenant.tenantId, id }
  if (await answerInteraction(store.volatileDb, key, result, more)) return resumePath(id)
  return leaveToOther(exchange, store, interaction, isSentBy)
}

/** Ends a session of another user in this browser, which the engine would otherwise ask about on a page of its own. */
const leaveOtherSession = async (exchange: Exchange, provider: Provider, userId: string): Promise<void> => {
  if (exchange.cookie('session') === undefined) return
  const session = await loadSession(exchange, provider)
  if (session.accountId !== undefined && session.accountId !== userId) await session.destroy()
}

export interface LoginAnswer {
  /** Without a `generation`, as of a user who is just being created, none is compared at the login's end. */
  readonly user: Pick<UserRecord, 'userId'> & Partial<Pick<UserRecord, 'generation'>>
  /** What the person did, for the log. */
  readonly prompts: readonly JsonObject[]
  /** By what the person was recognised (RFC 8176); default `pwd`. */
  readonly amr?: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * The answer that tells the engine who has logged in. Every page that the request asked for (`prompt=login
 * select_account`) is answered by this one. A login that had come further and asks again who logs in begins anew: the steps
 * that one user has taken, and what was decided in them, are nothing of the next.
 */
export const loginAnswer = ({ user, prompts, amr = 'pwd', at }: LoginAnswer): InteractionAnswer => ({
  result: {
    login: {
      ...{ accountId: user.userId, ts: Math.floor(at / 1000), amr: [amr], remember: true },
      ...(user.generation === undefined ? {} : { generation: user.generation }),
    },
    select_account: {},
    prompts,
  },
  // The session that the request came with does not matter any more: this person has just proved who it is.
  more: { session: null },
})

/** Goes on when `loginAnswer` is stored, and returns where to send the browser. */
export const goOnAs = async (
  exchange: Exchange,
  provider: Provider,
  { id }: Pick<PageInteraction, 'id'>,
  userId: string,
): Promise<string> => {
  await leaveOtherSession(exchange, provider, userId)
  return resumePath(id)
}

/**
 * Tells the engine who has logged in, and returns where to send the browser.
 *
 * @throws LoginWentOn when the login was answered before; PageRefusal when its time is over
 */
export const completeLogin = async (
  exchange: Exchange,
  store: InteractionStore,
  provider: Provider,
  interaction: PageInteraction,
  login: LoginAnswer,
): Promise<string> => {
  const { userId } = login.user
  await complete(exchange, store, interaction, loginAnswer(login), async sender => sender === userId)
  return goOnAs(exchange, provider, interaction, userId)
}

export interface Continuation {
  /** The name of the step that suspended the login. */
  readonly step: string
  /** Its `resumed`. */
  readonly data: Json
  /** What the person did meanwhile, for `details.prompts` of the login's event. */
  readonly prompts?: readonly JsonObject[]
}

/**
 * Lets a login go on that a step has suspended, once, and returns where to send the browser.
 *
 * @throws LoginWentOn when the suspension was completed before; PageRefusal as `loadInteraction` does, and when the login
 *   waits in another step
 */
export const completeSuspension = async (
  exchange: Exchange,
  store: InteractionStore,
  state: string | null,
  resumption: Continuation,
): Promise<string> => {
  const interaction = await loadInteraction(exchange, store, state, [PIPELINE])
  const { step, data, prompts = [] } = resumption
  if (interaction.step !== step) throw new PageRefusal(EXPIRED)
  const earlier = interaction.earlier.prompts
  const noted = [...(Array.isArray(earlier) ? earlier : []), ...prompts]
  const result = { ...interaction.earlier, [PIPELINE]: { step, data }, prompts: noted }
  return complete(exchange, store, interaction, { result, more: {} })
}
