/** The page `/u/signup`. */

import { LIMITS } from '../../actions/contract/limits.ts'
import { firstCharacters } from '../../base/characters.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import { releaseInteraction, reserveInteraction, signUpForInteraction } from '../../store/users/sign-up-store.ts'
import { goOnAs, leaveToOther, loadInteraction, loginAnswer, type PageInteraction } from '../engine/interaction.ts'
import { PageRefusal } from '../http/failure.ts'
import { sendPage, sendRedirect } from '../http/reply.ts'
import type { IsSentBy } from '../lead-on/login-went-on.ts'
import type { HostedPage } from '../pages/hosted-page.ts'
import { PAGE_SCRIPT } from '../pages/page-files.ts'
import { readPageForm } from '../pages/page-form.ts'
import { renderPage } from '../pages/pages.ts'
import { assignSignUp } from '../transaction/assign-flows.ts'
import {
  authenticatePrompt,
  type EventContext,
  networkThrottled,
  signupFailed,
  signupSucceeded,
} from '../transaction/events.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { SIGNED_UP } from '../transaction/transaction.ts'
import { pageConnection } from './page-connection.ts'
import type { PasswordServices } from './password-services.ts'
import { senderByAddress } from './sender-of-form.ts'
import { type FieldProblems, isSignUpEnabled, type SignUpOutcome, type SignUpRequest } from './sign-up.ts'

const PROMPTS = ['login', 'select_account']

/** Characters of what was typed that a page shows again and the log keeps. */
const MAX_TYPED = 254

/**
 * Signing up logs in at once and sends no mail, so whether an address is taken shows anyway: in whether the sign-up
 * works. Saying it helps the person who has forgotten about the account, and costs nothing more.
 */
const EXISTS = 'The user already exists. Log in instead, or use another address.'

const THROTTLED = 'Too many sign-ups have failed from your network. Try again later.'

/** Longer than Actions may take: a server that dies while they run gives the login back. */
const RESERVED_SECONDS = LIMITS.budgetMs / 1000 + 10

interface View {
  readonly email: string
  /** About no field. */
  readonly error?: string
  readonly problems?: FieldProblems
  /** Seconds; the answer is 429 then. */
  readonly retryAfter?: number
}

/** The first field that is wrong; what is wrong, when it is no field; else the first field that is empty. */
const focusOf = ({ email, error, problems = {} }: View): 'email' | 'password' | 'problem' => {
  if (problems.email !== undefined) return 'email'
  if (problems.password !== undefined) return 'password'
  if (error !== undefined) return 'problem'
  return email === '' ? 'email' : 'password'
}

const statusOf = ({ error, problems = {}, retryAfter }: View): number => {
  if (retryAfter !== undefined) return 429
  return error !== undefined || Object.keys(problems).length > 0 ? 400 : 200
}

const show = (exchange: Exchange, { id, transaction }: PageInteraction, view: View): void => {
  const { email, error, problems = {}, retryAfter } = view
  const html = renderPage('signup', exchange.tenant.name, {
    action: `/u/signup?state=${id}`,
    state: id,
    client_name: transaction.clientName,
    email,
    error,
    email_problem: problems.email,
    password_problem: problems.password,
    focus: { [focusOf(view)]: true },
    described_by: problems.password === undefined ? 'hint' : 'password-problem hint',
    script: PAGE_SCRIPT.path,
    other_page: `/u/login?state=${id}`,
  })
  const { redirect_uri: redirectUri } = transaction.params
  sendPage(exchange.response, statusOf(view), html, { redirectUri, scripts: 'own', retryAfter })
}

const loadPage = async (exchange: Exchange, services: PasswordServices, isSentBy?: IsSentBy) => {
  const loaded = await loadInteraction(exchange, services, exchange.url.searchParams.get('state'), PROMPTS, isSentBy)
  // On this page the transaction is a sign-up, so that its events and Actions have the experiment of sign-ups.
  const interaction = { ...loaded, transaction: { ...loaded.transaction, flow: 'signup' as const } }
  exchange.transaction = interaction.transaction
  const connection = await pageConnection(exchange, services.directory, interaction)
  if (!isSignUpEnabled(connection)) {
    throw new PageRefusal({
      status: 403,
      code: 'signup_disabled',
      title: 'Sign-up is closed',
      message: 'New accounts cannot be created here. Go back and log in.',
    })
  }
  return { interaction, connection }
}

/** Fields that Actions do not see: what opens something, and what is the page's own. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['password', 'state', 'action'])

const fieldsForActions = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...form].filter(([name]) => !OWN_FIELDS.has(name)))

type Refused = Exclude<SignUpOutcome, { readonly kind: 'created' | 'went_on' }>

const refusedView = (outcome: Refused, email: string): View => {
  if (outcome.kind === 'throttled') return { email, error: THROTTLED, retryAfter: Math.max(1, outcome.pause) }
  if (outcome.kind === 'exists') return { email, problems: { email: EXISTS } }
  if (outcome.kind === 'refused') return { email, error: outcome.message }
  return { email, problems: outcome.problems }
}

/** What the log says of a refusal that an Action has not worded. */
const reasonOf = ({ error, problems = {} }: View): string =>
  error ?? [problems.email, problems.password].filter(problem => problem !== undefined).join(' ')

/** What the log says of a sign-up that was refused. That a network is throttled is said once, or a flood would fill the log. */
const refusedEvents = (outcome: Refused, eventContext: EventContext, view: View) => {
  if (outcome.kind === 'throttled') return []
  return [
    signupFailed(eventContext, { message: outcome.kind === 'refused' ? outcome.reason : reasonOf(view) }),
    ...('throttles' in outcome && outcome.throttles ? [networkThrottled(eventContext, 'signup')] : []),
  ]
}

/** One sign-up. */
interface SignUpVisit {
  readonly exchange: Exchange
  readonly services: PasswordServices
  readonly interaction: PageInteraction
  readonly connection: ConnectionRecord
}

/** What Actions before the sign-up reserve: refused or failed, the page may be sent again at once. */
const createReservation = ({ exchange, services, interaction }: SignUpVisit) => {
  const { volatileDb } = services
  const key = { tenantId: exchange.tenant.tenantId, id: interaction.id }
  let held: string | undefined
  return {
    async reserve(): Promise<boolean> {
      held = await reserveInteraction(volatileDb, key, RESERVED_SECONDS)
      return held !== undefined
    },
    /** Never rejects: what cannot be given back now is given back by its time. */
    async release(): Promise<void> {
      if (held !== undefined) await releaseInteraction(volatileDb, key, held).catch(() => {})
    },
  }
}

/** Creates the user and answers the login with it, in one step. */
const createStore =
  ({ exchange, services, interaction, connection }: SignUpVisit): NonNullable<SignUpRequest['store']> =>
  user => {
    const at = services.clock()
    const prompts = [authenticatePrompt('prompt-signup', user, connection, at)]
    const answer = loginAnswer({ user, prompts, at })
    return signUpForInteraction(services.db, { tenantId: exchange.tenant.tenantId, id: interaction.id }, user, {
      ...answer,
      transaction: { id: interaction.transaction.id, facts: SIGNED_UP },
    })
  }

const refuse = async (visit: SignUpVisit, outcome: Refused, email: string): Promise<void> => {
  const { exchange, services, interaction, connection } = visit
  const view = refusedView(outcome, email)
  const { transaction } = interaction
  const eventContext = { exchange, at: services.clock(), connection, transaction, userName: email }
  await Promise.all(refusedEvents(outcome, eventContext, view).map(event => services.log.record(event)))
  show(exchange, interaction, view)
}

export const createSignupPage = (services: PasswordServices): HostedPage => ({
  async get(exchange) {
    const { interaction } = await loadPage(exchange, services)
    show(exchange, interaction, { email: firstCharacters(interaction.transaction.params.login_hint ?? '', MAX_TYPED) })
  },

  async post(exchange) {
    const { log, clock, engineOf, signUp, registration } = services
    const form = await readPageForm(exchange)
    const typed = form.get('email') ?? ''
    const isSentBy = senderByAddress(exchange, services, typed)
    const visit = { exchange, services, ...(await loadPage(exchange, services, isSentBy)) }
    const { interaction, connection } = visit
    const { transaction } = interaction
    const { reserve, release } = createReservation(visit)
    const request = { exchange, transaction, connection, form: fieldsForActions(form), reserve }
    const work = signUp({
      tenantId: exchange.tenant.tenantId,
      ip: exchange.ip,
      failureKey: exchange.keys.failureHash,
      connection,
      serviceName: exchange.tenant.name,
      email: typed,
      password: form.get('password') ?? '',
      store: createStore(visit),
      ...(registration ? { admit: candidate => registration.before(request, candidate) } : {}),
    })
    const outcome = await work.catch(async error => {
      await release()
      throw error
    })
    await exchange.settle()
    if (outcome.kind === 'went_on') return leaveToOther(exchange, services, interaction, isSentBy)
    if (outcome.kind !== 'created') {
      await release()
      return refuse(visit, outcome, firstCharacters(typed, MAX_TYPED))
    }
    const { user } = outcome
    const assigned = await assignSignUp(exchange, services.login, transaction, user)
    const eventContext = { exchange, at: clock(), connection, transaction: assigned, userName: user.email, user }
    const [next] = await Promise.all([
      goOnAs(exchange, engineOf(exchange), interaction, user.userId),
      log.record(signupSucceeded(eventContext)),
    ])
    await exchange.settle()
    sendRedirect(exchange.response, next)
    registration?.after({ ...request, transaction: assigned }, user)
  },
})
