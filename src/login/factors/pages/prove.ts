/** What happens when a second factor was proved or set up: it is logged and noted, and the login goes on. */

import { createMethodId } from '../../../model/authentication-method.ts'
import type {
  AuthenticationMethodType,
  CredentialSummary,
  NewMethod,
} from '../../../store/authentication-method-store.ts'
import { noteOnce, proveFactor } from '../../../store/factor-request-store.ts'
import { saveSessionMethod } from '../../../store/session-method-store.ts'
import { addCookie, cookieName } from '../../http/cookies.ts'
import { LIFETIME } from '../../oidc/lifetimes.ts'
import { MFA_METHOD } from '../authentication-context.ts'
import {
  type EventAuthenticator,
  enrollmentCompleted,
  enrollmentStarted,
  factorProved,
  factorStarted,
} from '../factor-events.ts'
import type { Factor } from '../kinds/factor.ts'
import { REMEMBER_SECONDS, toRememberedCookie } from '../remembered-browser.ts'
import { advance, type FactorVisit } from './factor-visit.ts'

/** A method that the visit's user is about to get. */
export const newMethod = (
  { context, user, occasion }: FactorVisit,
  type: AuthenticationMethodType,
  name: string,
): NewMethod => ({
  id: createMethodId(type, context.deps.random),
  userId: user.userId,
  name,
  createdAt: new Date(occasion.at),
})

/** The user's method of a factor, as events name it. */
export const eventAuthenticator = ({ methods }: FactorVisit, { name, methodType }: Factor): EventAuthenticator => ({
  type: name,
  id: methods.find(({ type }) => type === methodType)?.id,
})

/** Logs that a page was shown, once for each factor of a request. */
export const noteShown = async (
  visit: FactorVisit,
  factor: Factor,
  what: 'challenge' | 'enrollment',
): Promise<void> => {
  const { context, key, occasion } = visit
  if (!(await noteOnce(context.deps.volatileDb, key, `${what} ${factor.name}`))) return
  const event =
    what === 'challenge'
      ? factorStarted(occasion, eventAuthenticator(visit, factor))
      : enrollmentStarted(occasion, { type: factor.name })
  await context.deps.log.record(event)
}

const noteProof = async (
  { context, key, request, occasion }: FactorVisit,
  factor: Factor,
  credential: CredentialSummary | undefined,
  by: 'challenge' | 'enrollment',
): Promise<void> => {
  const { volatileDb } = context.deps
  const { userId, sessionId } = request
  const session = { tenantId: key.tenantId, sessionId, userId }
  const proof = { name: MFA_METHOD, amr: [MFA_METHOD, ...factor.amr(credential)], performedAt: new Date(occasion.at) }
  await saveSessionMethod(volatileDb, session, proof, new Date(occasion.at + LIFETIME.sessionAbsolute * 1000))
  await proveFactor(volatileDb, key, factor.name, by)
}

const rememberBrowser = ({ exchange, user, occasion }: FactorVisit, methodId: string): void => {
  const { response, secure, keys } = exchange
  const until = occasion.at + REMEMBER_SECONDS * 1000
  const cookie = toRememberedCookie({ userId: user.userId, methodId, until }, keys.rememberedBrowser)
  addCookie(response, cookieName('remembered', secure), cookie, { secure, maxAge: REMEMBER_SECONDS })
}

/** A factor was proved, by this method of the user. */
export const completeChallenge = async (
  visit: FactorVisit,
  factor: Factor,
  method: { readonly id: string; readonly credential?: CredentialSummary },
  form: URLSearchParams,
): Promise<void> => {
  const { context, occasion, request } = visit
  const remembers = request.allowsRememberedBrowser && !factor.isFallback && form.get('rememberBrowser') === 'true'
  await context.deps.log.record(factorProved(occasion, { type: factor.name, id: method.id }, remembers))
  await noteProof(visit, factor, method.credential, 'challenge')
  if (remembers) rememberBrowser(visit, method.id)
  await advance(visit)
}

/** A factor was set up, by its first use: that proves it, too. */
export const completeEnrollment = async (
  visit: FactorVisit,
  factor: Factor,
  method: { readonly id: string; readonly name: string; readonly credential?: CredentialSummary },
): Promise<void> => {
  const { context, occasion, stage } = visit
  await context.deps.log.record(enrollmentCompleted(occasion, { ...method, type: factor.name }))
  // The recovery code at the end of a challenge or an enrollment is given to the user: it proves nothing.
  if (stage.kind === 'enrollment') await noteProof(visit, factor, method.credential, 'enrollment')
  await advance(visit)
}
