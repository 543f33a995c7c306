/** When an authorization request needs a page: to know who is there, and wherever a step of the pipeline says so. */

import { errors, type Interaction, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { isJsonObject, type Json } from '../../base/json.ts'
import { type Resumption, runPipeline } from '../pipeline/run-pipeline.ts'
import type { LoginKind, Step } from '../pipeline/step.ts'
import { clientOf, exchangeOf, paramOf, userOf } from './engine-context.ts'

const { Check, Prompt } = interactionPolicy

/** The prompt of a login that a step has suspended, and the name under which its result comes back. */
export const PIPELINE = 'pipeline'

/** Where suspended logins send the browser, until the engine asks for the address in the same request. */
const destinations = new WeakMap<KoaContextWithOIDC['oidc'], (state: string) => string>()

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

/** True when a step suspends the login. @throws what a step denies it with, for the application to read */
const isSuspended = async (context: KoaContextWithOIDC, steps: readonly Step[]): Promise<boolean> => {
  const [user, client, session] = [userOf(context), clientOf(context), context.oidc.session]
  if (!user || !client || !session) throw new TypeError('the pipeline runs before the user is known')
  const login = { kind: loginKindOf(context), exchange: exchangeOf(context), client, user, sessionId: session.uid }
  const outcome = await runPipeline(steps, login, resumptionOf(context))
  if (outcome.kind === 'denied') throw new errors.CustomOIDCProviderError(outcome.error, outcome.description)
  if (outcome.kind === 'done') return false
  destinations.set(context.oidc, outcome.to)
  return true
}

/** The engine's prompts in the order in which they are asked. */
export const createInteractionPolicy = (steps: readonly Step[]): interactionPolicy.DefaultPolicy => {
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
    context => isSuspended(context, steps),
  )
  policy.add(new Prompt({ name: PIPELINE }, suspended))
  return policy
}

/** The address of the page that an interaction needs. */
export const interactionUrl = (context: KoaContextWithOIDC, interaction: Interaction): string => {
  const to = interaction.prompt.name === PIPELINE ? destinations.get(context.oidc) : undefined
  if (to) return to(interaction.uid)
  const page = paramOf(context, 'screen_hint') === 'signup' ? 'signup' : 'login'
  return `/u/${page}?state=${interaction.uid}`
}
