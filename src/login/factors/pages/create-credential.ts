/** Makes a credential of a page's user out of what the browser has sent. */

import type { CredentialSummary } from '../../../store/users/authentication-method-store.ts'
import {
  type CredentialType,
  findCredential,
  insertCredential,
  type NewCredential,
} from '../../../store/users/credential-store.ts'
import { keepPendingPasskey } from '../../../store/users/pending-passkey-store.ts'
import { creationOptions } from '../ceremony.ts'
import { type CreationProblem, NOT_INSERTED } from '../creation-problem.ts'
import type { Factor } from '../kinds/factor.ts'
import { verifyCreation } from '../webauthn-answer.ts'
import { type FactorVisit, wentOn } from './factor-visit.ts'
import { enroll, newMethod } from './prove.ts'
import { bindingOf, pageChallenge, refusal, requireRelyingParty, takeAnswer } from './webauthn-page.ts'

/** Characters that administrators read of the browser in which a credential was made. */
const MAX_USER_AGENT = 512

/** What the page's script needs, as JSON. */
export const creationJson = (visit: FactorVisit, type: CredentialType): string => {
  const { key, user, methods } = visit
  const challenge = pageChallenge(visit, bindingOf(visit, 'create', type))
  const party = requireRelyingParty(visit)
  return JSON.stringify(creationOptions(type, { party, tenantId: key.tenantId, user, methods, challenge }))
}

export interface CreatedCredential {
  readonly id: string
  readonly name: string
  readonly credential: CredentialSummary
}

/** Verifies the answer; nothing is stored. */
const verifyAnswer = async (
  visit: FactorVisit,
  type: CredentialType,
  name: string,
  field: string,
): Promise<NewCredential | CreationProblem> => {
  const answer = await takeAnswer(visit, field, bindingOf(visit, 'create', type))
  if (answer.kind === 'refused') return refusal(answer)
  const made = await verifyCreation(type, answer, requireRelyingParty(visit))
  if (made.kind === 'refused') return refusal(made)
  const { kind: _, ...credential } = made
  const userAgent = visit.exchange.userAgent?.slice(0, MAX_USER_AGENT)
  return { ...newMethod(visit, type, name), type, userAgent, ...credential }
}

/**
 * Verifies the answer and stores the credential.
 *
 * @throws LoginWentOn when the login does not wait for it any more
 */
export const createCredential = async (
  visit: FactorVisit,
  factor: Factor & { readonly methodType: CredentialType },
  field: string,
): Promise<CreatedCredential | CreationProblem> => {
  const added = await verifyAnswer(visit, factor.methodType, factor.methodName, field)
  if (!('id' in added)) return added
  const outcome = await enroll(visit, factor, db => insertCredential(db, visit.key.tenantId, added))
  return outcome === 'created' ? added : NOT_INSERTED[outcome]
}

/**
 * Verifies the answer and keeps the passkey with the login: it opens nothing before the login has succeeded.
 *
 * @param name by which the user will know it
 * @returns what is wrong; undefined when nothing is
 * @throws LoginWentOn when the login does not wait for it any more
 */
export const createPendingPasskey = async (
  visit: FactorVisit,
  name: string,
  field: string,
): Promise<CreationProblem | undefined> => {
  const { key, request, services } = visit
  const added = await verifyAnswer(visit, 'passkey', name, field)
  if (!('id' in added)) return added
  if (await findCredential(services.db, key.tenantId, added.credential.id)) return NOT_INSERTED.exists
  if (await keepPendingPasskey(services.volatileDb, request, { added, query: request.query })) return undefined
  throw wentOn(visit)
}
