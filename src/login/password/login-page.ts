/** The page `/u/login`. */

import { firstCharacters } from '../../base/characters.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import { completeLogin, leaveToOther, loadInteraction, type PageInteraction } from '../engine/interaction.ts'
import { PASSKEY_AMR } from '../factors/authentication-context.ts'
import { passkeyOffer, signInWithPasskey } from '../factors/passkey-login.ts'
import { sendPage, sendRedirect } from '../http/reply.ts'
import type { IsSentBy } from '../lead-on/login-went-on.ts'
import type { HostedPage } from '../pages/hosted-page.ts'
import { PAGE_SCRIPT } from '../pages/page-files.ts'
import { readPageForm } from '../pages/page-form.ts'
import { renderPage } from '../pages/pages.ts'
import {
  accountBlocked,
  authenticatePrompt,
  type EventContext,
  loginFailed,
  networkThrottled,
  passwordWrong,
  userUnknown,
} from '../transaction/events.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { pageConnection } from './page-connection.ts'
import type { PasswordServices } from './password-services.ts'
import { senderByAddress, senderByPasskey } from './sender-of-form.ts'
import type { SignInOutcome } from './sign-in.ts'
import { isSignUpEnabled } from './sign-up.ts'

const PROMPTS = ['login', 'select_account']

/** One sentence for both: which of them it was stays secret. */
const WRONG = 'Wrong email or password.'
const NO_PASSKEY = 'This passkey does not work here. Log in with your password.'
const BLOCKED = 'Too many wrong passwords in a row. Log-ins to this account from here are blocked for a few minutes.'
const THROTTLED = 'Too many log-ins have failed from your network. Try again later.'

/** Characters of what was typed that a page shows again and the log keeps. */
const MAX_TYPED = 254

interface View {
  readonly email: string
  readonly error?: string
  /** Whether the fields are wrong; default false: nothing that could be typed would do. */
  readonly invalid?: boolean
  readonly status?: number
  readonly retryAfter?: number
}

/** One visit of the page. */
interface LoginVisit {
  readonly exchange: Exchange
  readonly services: PasswordServices
  readonly interaction: PageInteraction
  readonly connection: ConnectionRecord
}

const loadVisit = async (exchange: Exchange, services: PasswordServices, isSentBy?: IsSentBy): Promise<LoginVisit> => {
  const state = exchange.url.searchParams.get('state')
  const interaction = await loadInteraction(exchange, services, state, PROMPTS, isSentBy)
  return {
    exchange,
    services,
    interaction,
    connection: await pageConnection(exchange, services.directory, interaction),
  }
}

const show = (
  { exchange, services, interaction, connection }: LoginVisit,
  { email, error, invalid = false, status = 200, retryAfter }: View,
): void => {
  const { id, transaction } = interaction
  const passkey = passkeyOffer(exchange, services, interaction, connection)
  const html = renderPage('login', exchange.tenant.name, {
    action: `/u/login?state=${id}`,
    state: id,
    client_name: transaction.clientName,
    email,
    error,
    invalid,
    focus: { [error !== undefined && !invalid ? 'problem' : email === '' ? 'username' : 'password']: true },
    described_by: error === undefined ? undefined : 'problem',
    script: PAGE_SCRIPT.path,
    other_page: isSignUpEnabled(connection) ? `/u/signup?state=${id}` : undefined,
    passkey,
  })
  sendPage(exchange.response, status, html, {
    redirectUri: transaction.params.redirect_uri,
    scripts: 'own',
    retryAfter,
  })
}

type Refused = Exclude<SignInOutcome, { readonly kind: 'verified' }>

/** What the log says of an attempt that was refused. That a network is throttled is said once, or a flood would fill the log. */
const refusedEvents = (outcome: Refused, eventContext: EventContext) => {
  if (outcome.kind === 'throttled') return []
  if (outcome.kind === 'blocked') return [accountBlocked(eventContext)]
  return [
    (outcome.user ? passwordWrong : userUnknown)(eventContext),
    ...(outcome.blocks ? [accountBlocked(eventContext)] : []),
    ...(outcome.throttles ? [networkThrottled(eventContext, 'login')] : []),
  ]
}

/** What the person reads: the same whether or not a user has the address. */
const refusedView = (outcome: Refused, email: string, now: number): View => {
  if (outcome.kind === 'throttled') {
    return { email, error: THROTTLED, status: 429, retryAfter: Math.max(1, outcome.pause) }
  }
  if (outcome.kind === 'wrong' && !outcome.blocks) return { email, error: WRONG, invalid: true, status: 400 }
  const until = outcome.kind === 'blocked' ? outcome.until.getTime() : now + 60_000
  return { email, error: BLOCKED, status: 429, retryAfter: Math.max(1, Math.ceil((until - now) / 1000)) }
}

/** Tells the engine who it is. @param amr by what: `pwd`, or `phr` for a passkey */
const finish = async ({ exchange, services, interaction, connection }: LoginVisit, user: UserRecord, amr: string) => {
  const prompt = authenticatePrompt('prompt-authenticate', user, connection, services.clock())
  const prompts = [amr === PASSKEY_AMR ? { ...prompt, performed_amr: [amr] } : prompt]
  const login = { user, prompts, amr, at: services.clock() }
  sendRedirect(
    exchange.response,
    await completeLogin(exchange, services, services.engineOf(exchange), interaction, login),
  )
}

const logInWithPassword = async (visit: LoginVisit, form: URLSearchParams): Promise<void> => {
  const { exchange, services, interaction, connection } = visit
  const email = firstCharacters(form.get('username') ?? '', MAX_TYPED)
  const outcome = await services.signIn({
    tenantId: exchange.tenant.tenantId,
    connection,
    email,
    password: form.get('password') ?? '',
    ip: exchange.ip,
    failureKey: exchange.keys.failureHash,
  })
  if (outcome.kind === 'verified') return finish(visit, outcome.user, 'pwd')
  const at = services.clock()
  const { transaction } = interaction
  const eventContext = { exchange, at, connection, transaction, user: outcome.user, userName: email }
  await Promise.all(refusedEvents(outcome, eventContext).map(event => services.log.record(event)))
  show(visit, refusedView(outcome, email, at))
}

const logInWithPasskey = async (visit: LoginVisit, passkey: string): Promise<void> => {
  const { exchange, services, interaction, connection } = visit
  const outcome = await signInWithPasskey(exchange, services, { interaction, connection }, passkey)
  if (outcome.kind === 'verified') return finish(visit, outcome.user, PASSKEY_AMR)
  if (outcome.kind === 'repeated') {
    await leaveToOther(exchange, services, interaction, senderByPasskey(exchange, services, passkey))
    return
  }
  const { transaction } = interaction
  const eventContext = { exchange, at: services.clock(), connection, transaction, user: outcome.user }
  await services.log.record(loginFailed(eventContext, { message: outcome.reason }))
  show(visit, { email: '', error: NO_PASSKEY, status: 400 })
}

export const createLoginPage = (services: PasswordServices): HostedPage => ({
  async get(exchange) {
    const visit = await loadVisit(exchange, services)
    show(visit, { email: firstCharacters(visit.interaction.transaction.params.login_hint ?? '', MAX_TYPED) })
  },

  async post(exchange) {
    const form = await readPageForm(exchange)
    const passkey = form.get('passkey')
    const isSentBy =
      passkey === null
        ? senderByAddress(exchange, services, form.get('username') ?? '')
        : senderByPasskey(exchange, services, passkey)
    const visit = await loadVisit(exchange, services, isSentBy)
    await (passkey === null ? logInWithPassword(visit, form) : logInWithPasskey(visit, passkey))
  },
})
