/** The page `/u/passkey-enrollment`: after a login, or where an Action's redirect has sent the browser. */

import { isId } from '../../../model/ids.ts'
import { relyingPartyOf } from '../../../model/relying-party.ts'
import {
  type FactorRequest,
  findFactorRequest,
  noteOnce,
  saveFactorRequest,
} from '../../../store/logins/factor-request-store.ts'
import { isPasskeyPromptSnoozed, snoozePasskeyPrompt } from '../../../store/users/passkey-prompt-store.ts'
import type { PageInteraction } from '../../engine/interaction.ts'
import { EXPIRED, PageRefusal } from '../../http/failure.ts'
import { DATABASE_CONNECTION } from '../../tenant/directory.ts'
import type { Exchange } from '../../transaction/exchange.ts'
import { restorePlan } from '../../transaction/login-plan.ts'
import { enrollmentFailed, enrollmentStarted, passkeyDeclined, passkeysUnavailable } from '../factor-events.ts'
import type { FactorServices } from '../factor-services.ts'
import { isPasskeyPage } from '../passkey-offer.ts'
import { passkeyPolicyOf } from '../passkey-policy.ts'
import { FACTOR_REQUEST_LIFETIME_MS } from '../request-factors.ts'
import { WEBAUTHN_SCRIPT } from '../webauthn-script.ts'
import { createPendingPasskey, creationJson } from './create-credential.ts'
import {
  createVisit,
  type FactorPage,
  type FactorVisit,
  loadStepVisit,
  loadWaitingLogin,
  requestKeyOf,
  settle,
  wentOn,
} from './factor-visit.ts'
import { formData, showPage } from './show-page.ts'
import { reportedError } from './webauthn-page.ts'

const NAME = 'Passkey'
const PASSKEY = { type: 'passkey' } as const

/** Milliseconds for which "not now" is not asked again. */
const SNOOZE_MS = 30 * 24 * 60 * 60 * 1000

/** The ids that an Action passes on; anything else in the address is ignored. */
const experimentQuery = ({ url }: Exchange): Record<string, string> => {
  const [experiment, variation] = [url.searchParams.get('experiment_id'), url.searchParams.get('variation_id')]
  return {
    ...(experiment && experiment.length <= 64 && isId('experiment', experiment) ? { experiment_id: experiment } : {}),
    ...(variation && variation.length <= 64 && isId('variation', variation) ? { variation_id: variation } : {}),
  }
}

/** Where the Action that a login waits for has sent the browser; undefined when it waits for something else. */
const redirectOf = ({ step, earlier }: PageInteraction): string | undefined => {
  const { redirect } = restorePlan(earlier.plan)
  return redirect?.step === step ? redirect?.url : undefined
}

/** What the page needs of the login, in place of what is left of an earlier suspension. */
const requestHere = async (
  exchange: Exchange,
  services: FactorServices,
  interaction: PageInteraction,
): Promise<FactorRequest | undefined> => {
  const key = requestKeyOf(exchange, interaction)
  const found = await findFactorRequest(services.volatileDb, key)
  // One that has ended is not begun again: going back shows no second prompt.
  if (found && found.step === undefined && found.purpose === 'passkey') return found
  const now = services.clock()
  await saveFactorRequest(services.volatileDb, key, {
    step: undefined,
    purpose: 'passkey',
    choose: 'first',
    factors: [],
    offersRecoveryCode: false,
    allowsRememberedBrowser: false,
    query: experimentQuery(exchange),
    startedAt: new Date(now),
    expiresAt: new Date(now + FACTOR_REQUEST_LIFETIME_MS),
  })
  return findFactorRequest(services.volatileDb, key)
}

/**
 * The visit. When an Action's redirect has led here, the page makes a request of its own, which ends at `/continue`.
 * A user who was sent elsewhere, to prove something more than a password, finds nothing here: a passkey would be a way in
 * that spares the user the proof for good.
 */
const loadPasskeyVisit = async (exchange: Exchange, services: FactorServices): Promise<FactorVisit> => {
  const interaction = await loadWaitingLogin(exchange, services)
  const address = redirectOf(interaction)
  if (address === undefined) {
    const visit = await loadStepVisit(exchange, services, interaction)
    if (visit.request.step !== interaction.step) throw new PageRefusal(EXPIRED)
    return visit
  }
  if (!isPasskeyPage(exchange.tenant, address)) throw new PageRefusal(EXPIRED)
  return createVisit(exchange, services, interaction, await requestHere(exchange, services, interaction))
}

/** True when there is nothing to ask: the browser goes straight on. An address without WebAuthn is worth a warning. */
const hasNothingToAsk = async (visit: FactorVisit): Promise<boolean> => {
  const { exchange, services, key, user, methods, request, eventContext } = visit
  const { directory } = services
  const connection = await directory.connection(key.tenantId, DATABASE_CONNECTION)
  if (!connection || !passkeyPolicyOf(connection).enabled) return true
  if (request.hasPasskey || methods.some(({ type }) => type === 'passkey')) return true
  if (!relyingPartyOf(exchange.tenant)) {
    const message =
      'Browsers offer passkeys only at addresses with https and a host name, and at localhost: ISSUER is none.'
    await services.log.record(passkeysUnavailable(eventContext, message))
    return true
  }
  return isPasskeyPromptSnoozed(services.db, key.tenantId, user.userId)
}

const decline = async (visit: FactorVisit, form: URLSearchParams): Promise<void> => {
  const { services, key, user, eventContext, request } = visit
  if (!(await noteOnce(services.volatileDb, request, 'declined passkey'))) throw wentOn(visit)
  const isForever = form.get('dontShowAgain') === 'on'
  const until = isForever ? undefined : new Date(eventContext.at + SNOOZE_MS)
  await snoozePasskeyPrompt(services.db, key.tenantId, user.userId, until)
  await services.log.record(passkeyDeclined(eventContext, isForever ? 'never' : 'not_now', request.query))
  await settle(visit)
}

const DECLINE = ['abort-passkey-enrollment', 'snooze-enrollment']

export const passkeyEnrollmentPage: FactorPage = {
  load: loadPasskeyVisit,
  admits: ({ kind }) => kind === 'passkey',

  async show(visit, problem) {
    if (await hasNothingToAsk(visit)) return settle(visit)
    const { services, request, eventContext } = visit
    const options = creationJson(visit, 'passkey')
    if (await noteOnce(services.volatileDb, request, 'enrollment passkey')) {
      await services.log.record(enrollmentStarted(eventContext, PASSKEY, request.query))
    }
    const data = { ...formData(visit, problem), script: WEBAUTHN_SCRIPT.path, options }
    showPage(visit, 'passkey-enrollment', data, problem)
  },

  async submit(visit, form) {
    const { services, eventContext, request } = visit
    if (DECLINE.includes(form.get('action') ?? '')) return decline(visit, form)
    const problem = reportedError(form) ?? (await createPendingPasskey(visit, NAME, form.get('passkey') ?? ''))
    if (!problem) return settle(visit)
    const { sentence, ...failure } = problem
    await services.log.record(enrollmentFailed(eventContext, PASSKEY, failure, request.query))
    await this.show(visit, { error: sentence })
  },
}
