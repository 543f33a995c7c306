/** The page `/u/passkey-enrollment`: after a login, or where an Action's redirect has sent the browser. */

import { isId } from '../../../model/ids.ts'
import { relyingPartyOf } from '../../../model/relying-party.ts'
import {
  type FactorRequest,
  findFactorRequest,
  noteOnce,
  saveFactorRequest,
} from '../../../store/factor-request-store.ts'
import { isPasskeyPromptSnoozed, snoozePasskeyPrompt } from '../../../store/passkey-prompt-store.ts'
import { DATABASE_CONNECTION } from '../../directory.ts'
import type { Exchange } from '../../exchange.ts'
import type { PageContext } from '../../hosted/hosted-page.ts'
import type { PageInteraction } from '../../hosted/interaction.ts'
import { EXPIRED, PageRefusal } from '../../http/failure.ts'
import { MULTI_FACTOR } from '../../pipeline/multi-factor.ts'
import { PASSKEY_ENROLLMENT } from '../../pipeline/passkey-enrollment.ts'
import {
  enrollmentCompleted,
  enrollmentFailed,
  enrollmentStarted,
  passkeyDeclined,
  passkeysUnavailable,
} from '../factor-events.ts'
import { passkeyPolicyOf } from '../passkey-policy.ts'
import { FACTOR_REQUEST_LIFETIME_MS } from '../request-factors.ts'
import { WEBAUTHN_SCRIPT } from '../webauthn-script.ts'
import { createCredential, creationJson } from './create-credential.ts'
import {
  createVisit,
  type FactorPage,
  type FactorVisit,
  loadWaitingLogin,
  requestKeyOf,
  settle,
} from './factor-visit.ts'
import { formData, showPage } from './show-page.ts'
import { reportedError } from './webauthn-page.ts'

const NAME = 'Passkey'
const PASSKEY = { type: 'passkey' } as const

/** Milliseconds for which "not now" is not asked again. */
const SNOOZE_MS = 30 * 24 * 60 * 60 * 1000

/** The ids that an Action passes on; anything else in the address is nobody's business. */
const experimentQuery = ({ url }: Exchange): Record<string, string> => {
  const [experiment, variation] = [url.searchParams.get('experiment_id'), url.searchParams.get('variation_id')]
  return {
    ...(experiment && experiment.length <= 64 && isId('experiment', experiment) ? { experiment_id: experiment } : {}),
    ...(variation && variation.length <= 64 && isId('variation', variation) ? { variation_id: variation } : {}),
  }
}

/** Steps that suspend a login for our pages and for nothing else. */
const OWN_STEPS: readonly (string | undefined)[] = [MULTI_FACTOR, PASSKEY_ENROLLMENT]

/** True when the request says what the login waits for, on whichever of our pages. */
const isWaitedFor = (request: FactorRequest | undefined, { step }: PageInteraction): boolean => {
  if (OWN_STEPS.includes(step)) return true
  // An Action may have asked for a factor before it sent the browser here: that is over.
  if (!request || (request.settledAt && request.step !== undefined)) return false
  return request.step === undefined ? request.purpose === 'passkey' : request.step === step
}

/**
 * The visit. When nothing of ours is waited for, the browser came by an Action's redirect, and the page makes a request
 * of its own, which ends at `/continue`. One that has ended is not begun again: going back shows no second prompt.
 */
export const loadPasskeyVisit = async (exchange: Exchange, context: PageContext): Promise<FactorVisit> => {
  const interaction = await loadWaitingLogin(exchange, context)
  const { volatileDb, clock } = context.deps
  const key = requestKeyOf(exchange, interaction)
  const found = await findFactorRequest(volatileDb, key)
  if (isWaitedFor(found, interaction)) return createVisit(exchange, context, interaction, found)
  if (!interaction.account) throw new PageRefusal(EXPIRED)
  const now = clock()
  await saveFactorRequest(volatileDb, key, {
    ...interaction.account,
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
  return createVisit(exchange, context, interaction, await findFactorRequest(volatileDb, key))
}

/** True when there is nothing to ask: the browser goes straight on. An address without WebAuthn is worth a warning. */
const hasNothingToAsk = async ({ exchange, context, key, user, methods, occasion }: FactorVisit): Promise<boolean> => {
  const { deps, directory } = context
  const connection = await directory.connection(key.tenantId, DATABASE_CONNECTION)
  if (!connection || !passkeyPolicyOf(connection).enabled || methods.some(({ type }) => type === 'passkey')) return true
  if (!relyingPartyOf(exchange.tenant)) {
    const message = 'Browsers offer passkeys only at addresses with https and a host name, and at localhost.'
    await deps.log.record(passkeysUnavailable(occasion, message))
    return true
  }
  return isPasskeyPromptSnoozed(deps.db, key.tenantId, user.userId)
}

const decline = async (visit: FactorVisit, form: URLSearchParams): Promise<void> => {
  const { context, key, user, occasion, request } = visit
  const isForever = form.get('dontShowAgain') === 'on'
  const until = isForever ? undefined : new Date(occasion.at + SNOOZE_MS)
  await snoozePasskeyPrompt(context.deps.db, key.tenantId, user.userId, until)
  await context.deps.log.record(passkeyDeclined(occasion, isForever ? 'never' : 'not_now', request.query))
  await settle(visit)
}

const DECLINE = ['abort-passkey-enrollment', 'snooze-enrollment']

export const passkeyEnrollmentPage: FactorPage = {
  admits: ({ kind }) => kind === 'passkey',

  async show(visit, problem) {
    if (await hasNothingToAsk(visit)) return settle(visit)
    const { context, key, request, occasion } = visit
    const options = creationJson(visit, 'passkey')
    if (await noteOnce(context.deps.volatileDb, key, 'enrollment passkey')) {
      await context.deps.log.record(enrollmentStarted(occasion, PASSKEY, request.query))
    }
    const data = { ...formData(visit, problem), script: WEBAUTHN_SCRIPT.path, options }
    showPage(visit, 'passkey-enrollment', data, problem)
  },

  async submit(visit, form) {
    const { context, occasion, request } = visit
    if (DECLINE.includes(form.get('action') ?? '')) return decline(visit, form)
    const created = reportedError(form) ?? (await createCredential(visit, 'passkey', NAME, form.get('passkey') ?? ''))
    if ('id' in created) {
      await context.deps.log.record(enrollmentCompleted(occasion, { ...PASSKEY, ...created }, request.query))
      return settle(visit)
    }
    const { sentence, ...failure } = created
    await context.deps.log.record(enrollmentFailed(occasion, PASSKEY, failure, request.query))
    await this.show(visit, { error: sentence })
  },
}
