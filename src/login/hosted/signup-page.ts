/** The page `/u/signup`. */

import { authenticatePrompt, signupFailed, signupSucceeded } from '../events.ts'
import type { Exchange } from '../exchange.ts'
import { PageRefusal } from '../http/failure.ts'
import { sendPage, sendRedirect } from '../http/reply.ts'
import { renderPage } from '../pages/pages.ts'
import { isSignUpEnabled, type SignUpOutcome } from '../users/sign-up.ts'
import { type HostedPage, type PageContext, pageConnection } from './hosted-page.ts'
import { completeLogin, loadInteraction, type PageInteraction } from './interaction.ts'
import { readPageForm } from './page-form.ts'

const PROMPTS = ['login', 'select_account']

/** Characters of what was typed that a page shows again and the log keeps. */
const MAX_TYPED = 254

/**
 * Signing up logs in at once and sends no mail, so whether an address is taken shows anyway: in whether the sign-up
 * works. Saying it helps the person who has forgotten about the account, and costs nothing more.
 */
const EXISTS = 'The user already exists. Log in instead, or use another address.'

interface View {
  readonly email: string
  readonly error?: string
  readonly field?: 'email' | 'password'
}

const show = (exchange: Exchange, { id, transaction }: PageInteraction, { email, error, field }: View): void => {
  const html = renderPage('signup', exchange.tenant.name, {
    action: `/u/signup?state=${id}`,
    state: id,
    client_name: transaction.clientName,
    email,
    error,
    field,
    other_page: `/u/login?state=${id}`,
  })
  sendPage(exchange.response, error ? 400 : 200, html, { redirectUri: transaction.params.redirect_uri })
}

const loadPage = async (exchange: Exchange, { deps, directory }: PageContext) => {
  const interaction = await loadInteraction(exchange, deps, exchange.url.searchParams.get('state'), PROMPTS)
  const connection = await pageConnection(exchange, directory, interaction)
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

const refusedView = (
  outcome: Exclude<SignUpOutcome, { readonly kind: 'created' }>,
  email: string,
): View & { error: string } => {
  if (outcome.kind === 'exists') return { email, error: EXISTS, field: 'email' }
  if (outcome.kind === 'refused') return { email, error: outcome.message }
  return { email, error: outcome.message, field: outcome.field }
}

export const signupPage: HostedPage = {
  async get(exchange, context) {
    const { interaction } = await loadPage(exchange, context)
    show(exchange, interaction, { email: (interaction.transaction.params.login_hint ?? '').slice(0, MAX_TYPED) })
  },

  async post(exchange, context) {
    const { deps, provider, signUp, registration } = context
    const form = await readPageForm(exchange)
    const { interaction, connection } = await loadPage(exchange, context)
    const email = (form.get('email') ?? '').slice(0, MAX_TYPED)
    const password = form.get('password') ?? ''
    const { transaction } = interaction
    const request = { exchange, transaction, connection, form: fieldsForActions(form) }
    const outcome = await signUp({
      tenantId: exchange.tenant.tenantId,
      connection,
      email,
      password,
      ...(registration ? { admit: candidate => registration.before(request, candidate) } : {}),
    })
    await exchange.settle()
    const at = deps.clock()
    const occasion = { exchange, at, connection, transaction, userName: email }
    if (outcome.kind !== 'created') {
      const view = refusedView(outcome, email)
      await deps.log.record(
        signupFailed(occasion, { message: outcome.kind === 'refused' ? outcome.reason : view.error }),
      )
      show(exchange, interaction, view)
      return
    }
    const { user } = outcome
    const prompts = [authenticatePrompt('prompt-signup', user, connection, at)]
    const [next] = await Promise.all([
      completeLogin(exchange, deps, provider, interaction, { user, prompts }),
      deps.log.record(signupSucceeded({ ...occasion, user })),
    ])
    sendRedirect(exchange.response, next)
    registration?.after(request, user)
  },
}
