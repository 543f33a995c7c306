/** When an authorization request needs a page: to know who is there, and wherever a step of the pipeline says so. */

import { errors, type Interaction, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { isJsonObject, type Json } from '../../base/json.ts'
import type { Db } from '../../store/database/database.ts'
import { type PipelineOutcome, type Resumption, runPipeline } from '../pipeline/run-pipeline.ts'
import type { LoginKind, LoginUnderWay, Step } from '../pipeline/step.ts'
import { restorePlan } from '../transaction/login-plan.ts'
import { carryOutPlan } from './carry-plan.ts'
import { endCredentials } from './end-credentials.ts'
import { clientOf, exchangeOf, paramOf, userOf } from './engine-context.ts'
import { noteOrigin } from './origin.ts'
import { authorizationFacts } from './read-login-facts.ts'

const { Check, Prompt } = interactionPolicy

/** What the pipeline's prompt needs. */
export interface PolicyOptions {
  readonly db: Db
  readonly steps: readonly Step[]
}

/** The prompt of a login that a step has suspended, and the name under which its result comes back. */
export const PIPELINE = 'pipeline'

/** Suspended logins, until the engine asks in the same request where they send the browser. */
const suspensions = new WeakMap<KoaContextWithOIDC['oidc'], Extract<PipelineOutcome, { readonly kind: 'suspended' }>>()

/** True when the login of this request waits in a step: it goes on in its session and in no other. */
export const isSuspended = ({ oidc }: KoaContextWithOIDC): boolean => suspensions.has(oidc)

/** How the user of this request came to be known. */
export const loginKindOf = ({ oidc }: KoaContextWithOIDC): LoginKind => {
  if (oidc.prompts.has('none')) return 'silent'
  return oidc.result?.login ? 'interactive' : 'session'
}

const resumptionOf = ({ oidc }: KoaContextWithOIDC): Resumption | undefined => {
  const result = oidc.result?.[PIPELINE]
  if (!isJsonObject(result) || typeof result.step !== 'string') return undefined
  return { step: result.step, data: (result.data ?? null) as Json } // stored as JSON by `completeSuspension`
}

/** The step in which the login of this request waits; undefined when it goes on. @throws what a step denies it with */
const suspendingStep = async (
  context: KoaContextWithOIDC,
  { db, steps }: PolicyOptions,
): Promise<string | undefined> => {
  const { oidc } = context
  const [user, client, session] = [userOf(context), clientOf(context), oidc.session]
  if (!user || !client || !session) throw new TypeError('the pipeline runs before the user is known')
  const exchange = exchangeOf(context)
  exchange.plan = restorePlan(oidc.result?.plan)
  const kind = loginKindOf(context)
  if (kind === 'interactive') noteOrigin(session, exchange)
  const login: LoginUnderWay = {
    kind,
    exchange,
    client,
    user,
    sessionId: session.uid,
    amr: session.amr,
    facts: () => authorizationFacts(context),
  }
  const outcome = await runPipeline(steps, login, resumptionOf(context))
  if (outcome.kind === 'denied') {
    await endCredentials(context, db, { id: session.uid, current: session }, exchange.plan.revoked)
    throw new errors.CustomOIDCProviderError(outcome.error, outcome.description)
  }
  if (outcome.kind === 'done') {
    carryOutPlan(context, exchange.plan)
    return undefined
  }
  // What was decided waits with the login: the engine stores its result with the interaction that follows.
  Object.assign(oidc, { result: { ...oidc.result, plan: exchange.plan } })
  suspensions.set(oidc, outcome)
  return outcome.step
}

/** The engine's prompts in the order in which they are asked. */
export const createInteractionPolicy = (options: PolicyOptions): interactionPolicy.DefaultPolicy => {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  policy.get('login')?.checks.add(
    new Check('no_account', 'End-User authentication is required', 'login_required', ({ oidc }) => {
      // A session may outlive its user.
      return oidc.session?.accountId !== undefined && oidc.account === undefined
    }),
  )
  policy.add(new Prompt({ name: 'select_account', requestable: true }))
  // `prompt=consent` is understood and needs no page: the tenant consented for its own applications.
  const consent = new Prompt({ name: 'consent', requestable: true })
  consent.checks.clear()
  policy.add(consent)
  const suspended = new Check(
    'suspended',
    'interaction is required from the end-user',
    'interaction_required',
    async context => (await suspendingStep(context, options)) !== undefined,
    // Stored with the interaction: only the step that waits may be completed.
    ({ oidc }) => ({ step: suspensions.get(oidc)?.step }),
  )
  policy.add(new Prompt({ name: PIPELINE }, suspended))
  return policy
}

/** The address of the page that a prompt needs; undefined for a suspension that is not of this request. */
export const pageOfPrompt = (
  context: KoaContextWithOIDC,
  prompt: string,
  interactionId: string,
): string | undefined => {
  if (prompt === PIPELINE) return suspensions.get(context.oidc)?.to(interactionId)
  const page = paramOf(context, 'screen_hint') === 'signup' ? 'signup' : 'login'
  return `/u/${page}?state=${interactionId}`
}

/** The address of the page that an interaction needs. */
export const interactionUrl = (context: KoaContextWithOIDC, { prompt, uid }: Interaction): string => {
  const page = pageOfPrompt(context, prompt.name, uid)
  if (page === undefined) throw new TypeError(`the interaction waits for ${prompt.name}, which has no page`)
  return page
}
