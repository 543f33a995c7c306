/** The login that a hosted page belongs to, found by the `state` in its address, and how it goes on. */

import type { Provider } from 'oidc-provider'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { answerInteraction, findInteraction } from '../../store/interaction-store.ts'
import type { UserRecord } from '../../store/user-store.ts'
import { isSameBrowser } from '../browser-binding.ts'
import type { Exchange } from '../exchange.ts'
import { EXPIRED, type Failure, PageRefusal } from '../http/failure.ts'
import type { LoginDeps } from '../login-deps.ts'
import { loadSession } from '../oidc/engine-request.ts'
import { PIPELINE } from '../oidc/interaction-policy.ts'
import { type LoginTransaction, parseTransaction } from '../transaction.ts'

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

const OTHER_BROWSER: Failure = {
  status: 403,
  code: 'other_browser',
  title: 'This login belongs to another browser',
  message:
    'For your safety a login is finished in the browser that began it. Go back to the application and log in again; cookies must be allowed.',
}

const STATE = /^[\w-]{43}$/

/** What the engine notes of the session that an interaction was begun in. */
const accountOf = (session: unknown): PageInteraction['account'] =>
  isJsonObject(session) && typeof session.accountId === 'string' && typeof session.uid === 'string'
    ? { userId: session.accountId, sessionId: session.uid }
    : undefined

type Stored = Pick<LoginDeps, 'volatileDb'>

const stepOf = (prompt: unknown): string | undefined => {
  const details = isJsonObject(prompt) && isJsonObject(prompt.details) ? prompt.details : {}
  return typeof details.step === 'string' ? details.step : undefined
}

/**
 * The interaction of a page.
 * @throws PageRefusal when there is none, its time is over, it was begun in another browser, or it waits for something else
 */
export const loadInteraction = async (
  exchange: Exchange,
  { volatileDb }: Stored,
  state: string | null,
  prompts: readonly string[],
): Promise<PageInteraction> => {
  if (!state || !STATE.test(state)) throw new PageRefusal(EXPIRED)
  const { tenantId } = exchange.tenant
  const found = await findInteraction(volatileDb, { tenantId, id: state })
  if (!found?.transaction || found.consumedAt) throw new PageRefusal(EXPIRED)
  const { prompt, lastSubmission, session } = found.payload
  const transaction = parseTransaction(found.transaction)
  if (!isSameBrowser(exchange.cookie('browser'), transaction.browserHash)) throw new PageRefusal(OTHER_BROWSER)
  const name = isJsonObject(prompt) ? String(prompt.name) : ''
  if (!prompts.includes(name)) throw new PageRefusal(EXPIRED)
  exchange.transaction = transaction
  const earlier = isJsonObject(lastSubmission) ? (lastSubmission as JsonObject) : {} // stored as JSON
  return { id: state, prompt: name, step: stepOf(prompt), transaction, account: accountOf(session), earlier }
}

/** Where the engine takes an interaction up again. Relative, so that the browser stays on the host that it knows. */
const resumePath = (id: string): string => `/authorize/${id}`

type Result = JsonObject & { readonly login?: { readonly accountId: string } }

/** True when the interaction waits to be taken up with an answer that came before, by the same user if by any. */
const isAnsweredBy = async (
  { tenant }: Exchange,
  { volatileDb }: Stored,
  { id }: PageInteraction,
  { login }: Result,
): Promise<boolean> => {
  const found = await findInteraction(volatileDb, { tenantId: tenant.tenantId, id })
  const result = found?.payload.result
  if (!isJsonObject(result)) return false
  const before = isJsonObject(result.login) ? result.login.accountId : undefined
  return login === undefined || before === login.accountId
}

/**
 * Answers the interaction, once, and returns where to send the browser. The same form may come twice: the second is sent
 * to where the first one leads.
 */
const complete = async (
  exchange: Exchange,
  deps: Stored,
  interaction: PageInteraction,
  result: Result,
  { more, once = false }: { readonly more?: JsonObject; readonly once?: boolean } = {},
): Promise<string> => {
  const { id, earlier } = interaction
  const key = { tenantId: exchange.tenant.tenantId, id }
  const answered = await answerInteraction(deps.volatileDb, key, { ...earlier, ...result }, more)
  if (answered || (!once && (await isAnsweredBy(exchange, deps, interaction, result)))) return resumePath(id)
  throw new PageRefusal(EXPIRED)
}

/** Ends a session of somebody else in this browser, which the engine would otherwise ask about on a page of its own. */
const leaveOtherSession = async (exchange: Exchange, provider: Provider, user: UserRecord): Promise<void> => {
  if (exchange.cookie('session') === undefined) return
  const session = await loadSession(exchange, provider)
  if (session.accountId !== undefined && session.accountId !== user.userId) await session.destroy()
}

/**
 * Tells the engine who has logged in, and returns where to send the browser. Every page that the request asked for
 * (`prompt=login select_account`) is answered by this one.
 *
 * @param login.prompts what the person did, for the log
 * @param login.amr by what the person was recognised (RFC 8176); default `pwd`
 * @throws PageRefusal when the interaction's time is over, it was used, or another user has answered it
 */
export const completeLogin = async (
  exchange: Exchange,
  deps: Stored & Pick<LoginDeps, 'clock'>,
  provider: Provider,
  interaction: PageInteraction,
  login: { readonly user: UserRecord; readonly prompts: readonly JsonObject[]; readonly amr?: string },
): Promise<string> => {
  const ts = Math.floor(deps.clock() / 1000)
  const result = {
    login: { accountId: login.user.userId, ts, amr: [login.amr ?? 'pwd'], remember: true },
    select_account: {},
    prompts: login.prompts,
  }
  // The session that the request came with does not matter any more: this person has just proved who it is.
  const next = await complete(exchange, deps, interaction, result, { more: { session: null } })
  await leaveOtherSession(exchange, provider, login.user)
  return next
}

export interface Continuation {
  /** The name of the step that suspended the login. */
  readonly step: string
  /** Its `resumed`. */
  readonly data: Json
  /** What the person did meanwhile, for `details.prompts` of the login's event. */
  readonly prompts?: readonly JsonObject[]
  /** The first completion counts and every other is refused; without it, a form that is sent twice is no error. */
  readonly once?: true
}

/**
 * Lets a login go on that a step has suspended, and returns where to send the browser.
 *
 * @throws PageRefusal as `loadInteraction` does, and when the login waits in another step
 */
export const completeSuspension = async (
  exchange: Exchange,
  deps: Stored,
  state: string | null,
  resumption: Continuation,
): Promise<string> => {
  const interaction = await loadInteraction(exchange, deps, state, [PIPELINE])
  const { step, data, prompts = [], once = false } = resumption
  if (interaction.step !== step) throw new PageRefusal(EXPIRED)
  const earlier = interaction.earlier.prompts
  const noted = [...(Array.isArray(earlier) ? earlier : []), ...prompts]
  const result = { [PIPELINE]: { step, data }, prompts: noted }
  return complete(exchange, deps, interaction, result, { once })
}
