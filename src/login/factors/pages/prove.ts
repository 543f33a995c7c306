/** What happens when a second factor was proved or set up: it is logged and noted, and the login goes on. */

import { createMethodId } from '../../../model/authentication-method.ts'
import type { Db } from '../../../store/database/database.ts'
import { advanceFactorRequest, noteOnce } from '../../../store/logins/factor-request-store.ts'
import { saveSessionMethod } from '../../../store/logins/session-method-store.ts'
import type {
  AuthenticationMethodType,
  CredentialSummary,
  NewMethod,
} from '../../../store/users/authentication-method-store.ts'
import type { InsertCredentialOutcome } from '../../../store/users/credential-store.ts'
import { enrollFactor } from '../../../store/users/factor-enrollment.ts'
import { addCookie, cookieName } from '../../http/cookies.ts'
import { LIFETIME } from '../../transaction/lifetime.ts'
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
import { advance, type FactorVisit, wentOn } from './factor-visit.ts'

/** A method that the visit's user is about to get. */
export const newMethod = (
  { services, user, eventContext }: FactorVisit,
  type: AuthenticationMethodType,
  name: string,
): NewMethod => ({
  id: createMethodId(type, services.random),
  userId: user.userId,
  name,
  createdAt: new Date(eventContext.at),
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
  const { services, request, eventContext } = visit
  if (!(await noteOnce(services.volatileDb, request, `${what} ${factor.name}`))) return
  const event =
    what === 'challenge'
      ? factorStarted(eventContext, eventAuthenticator(visit, factor))
      : enrollmentStarted(eventContext, { type: factor.name })
  await services.log.record(event)
}

/** The session knows what was proved in it, so that later logins do, too. */
const noteSession = async (
  { services, key, eventContext }: FactorVisit,
  factor: Factor,
  credential: CredentialSummary | undefined,
): Promise<void> => {
  const proof = {
    name: MFA_METHOD,
    amr: [MFA_METHOD, ...factor.amr(credential)],
    performedAt: new Date(eventContext.at),
  }
  const until = new Date(eventContext.at + LIFETIME.sessionAbsolute * 1000)
  await saveSessionMethod(services.volatileDb, key, proof, until)
}

/**
 * Stores an authenticator for a login that waits for it.
 *
 * @param insert runs in the transaction in which the login learns of it
 * @throws LoginWentOn when the login does not wait any more
 */
export const enroll = async (
  visit: FactorVisit,
  { name }: Factor,
  insert: (db: Db) => Promise<InsertCredentialOutcome>,
): Promise<InsertCredentialOutcome> => {
  const { services, request, stage } = visit
  // The recovery code at the end of a challenge or an enrollment is given to the user: it proves nothing.
  const by = stage.kind === 'enrollment' ? 'enrollment' : 'gift'
  const outcome = await enrollFactor(services.db, request, { factor: name, by }, insert)
  if (outcome === 'ended') throw wentOn(visit)
  return outcome
}

const rememberBrowser = ({ exchange, user, eventContext }: FactorVisit, methodId: string): void => {
  const { response, secure, keys } = exchange
  const until = eventContext.at + REMEMBER_SECONDS * 1000
  const cookie = toRememberedCookie({ userId: user.userId, methodId, until }, keys.rememberedBrowser)
  addCookie(response, cookieName('remembered', secure), cookie, { secure, maxAge: REMEMBER_SECONDS })
}

/** A factor was proved, by this method of the user. @throws LoginWentOn when the login does not wait for it any more */
export const completeChallenge = async (
  visit: FactorVisit,
  factor: Factor,
  method: { readonly id: string; readonly credential?: CredentialSummary },
  form: URLSearchParams,
): Promise<void> => {
  const { services, eventContext, request } = visit
  const remembers = request.allowsRememberedBrowser && !factor.isFallback && form.get('rememberBrowser') === 'true'
  if (!(await advanceFactorRequest(services.volatileDb, request, factor.name, 'challenge'))) throw wentOn(visit)
  await services.log.record(factorProved(eventContext, { type: factor.name, id: method.id }, remembers))
  await noteSession(visit, factor, method.credential)
  if (remembers) rememberBrowser(visit, method.id)
  await advance(visit)
}

/** A factor was set up by `enroll`. */
export const completeEnrollment = async (
  visit: FactorVisit,
  factor: Factor,
  method: { readonly id: string; readonly name: string; readonly credential?: CredentialSummary },
): Promise<void> => {
  const { services, eventContext, stage } = visit
  await services.log.record(enrollmentCompleted(eventContext, { ...method, type: factor.name }))
  if (stage.kind === 'enrollment') await noteSession(visit, factor, method.credential)
  await advance(visit)
}
