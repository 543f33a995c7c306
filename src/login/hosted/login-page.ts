/** The page `/u/login`. */

import { accountBlocked, authenticatePrompt, type Occasion, passwordWrong, userUnknown } from '../events.ts'
import type { Exchange } from '../exchange.ts'
import { sendPage, sendRedirect } from '../http/reply.ts'
import { renderPage } from '../pages/pages.ts'
import type { SignInOutcome } from '../users/sign-in.ts'
import { isSignUpEnabled } from '../users/sign-up.ts'
import { type HostedPage, pageConnection } from './hosted-page.ts'
import { completeLogin, loadInteraction, type PageInteraction } from './interaction.ts'
import { readPageForm } from './page-form.ts'

const PROMPTS = ['login', 'select_account']

/** One sentence for both: which of them it was is nobody's business. */
const WRONG = 'Wrong email or password.'
const BLOCKED = 'Too many wrong passwords in a row. Log-ins to this account from here are blocked for a few minutes.'

/** Characters of what was typed that a page shows again and the log keeps. */
const MAX_TYPED = 254

interface View {
  readonly email: string
  readonly error?: string
  readonly status?: number
  readonly retryAfter?: number
}

const show: (exchange: Exchange, interaction: PageInteraction, signUp: boolean, view: View) => void = (
  exchange,
  { id, transaction },
  signUp,
  { email, error, status = 200, retryAfter },
) => {
  const html = renderPage('login', exchange.tenant.name, {
    action: `/u/login?state=${id}`,
    state: id,
    client_name: transaction.clientName,
    email,
    error,
    other_page: signUp ? `/u/signup?state=${id}` : undefined,
  })
  sendPage(exchange.response, status, html, { redirectUri: transaction.params.redirect_uri, retryAfter })
}

type Refused = Exclude<SignInOutcome, { readonly kind: 'verified' }>

/** What the log says of an attempt that was refused. */
const refusedEvents = (outcome: Refused, occasion: Occasion) => {
  if (outcome.kind === 'blocked') return [accountBlocked(occasion)]
  return [(outcome.user ? passwordWrong : userUnknown)(occasion), ...(outcome.blocks ? [accountBlocked(occasion)] : [])]
}

/** What the person reads: the same whether or not the address is somebody's. */
const refusedView = (outcome: Refused, email: string, now: number): View => {
  if (outcome.kind === 'wrong' && !outcome.blocks) return { email, error: WRONG, status: 400 }
  const until = outcome.kind === 'blocked' ? outcome.until.getTime() : now + 60_000
  return { email, error: BLOCKED, status: 429, retryAfter: Math.max(1, Math.ceil((until - now) / 1000)) }
}

export const loginPage: HostedPage = {
  async get(exchange, context) {
    const interaction = await loadInteraction(exchange, context.deps, exchange.url.searchParams.get('state'), PROMPTS)
    const connection = await pageConnection(exchange, context.directory, interaction)
    const email = (interaction.transaction.params.login_hint ?? '').slice(0, MAX_TYPED)
    show(exchange, interaction, isSignUpEnabled(connection), { email })
  },

  async post(exchange, context) {
    const { deps, directory, signIn } = context
    const form = await readPageForm(exchange)
    const interaction = await loadInteraction(exchange, deps, exchange.url.searchParams.get('state'), PROMPTS)
    const connection = await pageConnection(exchange, directory, interaction)
    const email = (form.get('username') ?? '').slice(0, MAX_TYPED)
    const outcome = await signIn({
      tenantId: exchange.tenant.tenantId,
      connection,
      email,
      password: form.get('password') ?? '',
      ip: exchange.ip,
      failureKey: exchange.keys.failureHash,
    })
    const at = deps.clock()
    if (outcome.kind === 'verified') {
      const prompts = [authenticatePrompt('prompt-authenticate', outcome.user, connection, at)]
      const login = { user: outcome.user, prompts }
      sendRedirect(exchange.response, await completeLogin(exchange, deps, context.provider, interaction, login))
      return
    }
    const { transaction } = interaction
    const occasion = { exchange, at, connection, transaction, user: outcome.user, userName: email }
    await Promise.all(refusedEvents(outcome, occasion).map(event => deps.log.record(event)))
    show(exchange, interaction, isSignUpEnabled(connection), refusedView(outcome, email, at))
  },
}
