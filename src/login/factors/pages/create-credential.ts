/** Makes a credential of a page's user out of what the browser has sent. */

import type { CredentialSummary } from '../../../store/authentication-method-store.ts'
import { type CredentialType, type InsertCredentialOutcome, insertCredential } from '../../../store/credential-store.ts'
import { creationOptions } from '../ceremony.ts'
import type { FactorFailure } from '../factor-events.ts'
import { verifyCreation } from '../webauthn-answer.ts'
import type { FactorVisit } from './factor-visit.ts'
import { newMethod } from './prove.ts'
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

export type CreationProblem = FactorFailure & { readonly sentence: string }

const NOT_INSERTED: Readonly<Record<Exclude<InsertCredentialOutcome, 'created'>, CreationProblem>> = {
  exists: {
    errorCode: 'credential_exists',
    message: 'The credential is registered already.',
    sentence: 'This one is set up already.',
  },
  limit: {
    errorCode: 'credential_limit',
    message: 'The user has as many credentials of this type as there can be.',
    sentence: 'Your account has as many of these as it can have.',
  },
}

/**
 * Verifies the answer and stores the credential.
 *
 * @param name by which the user will know it
 */
export const createCredential = async (
  visit: FactorVisit,
  type: CredentialType,
  name: string,
  field: string,
): Promise<CreatedCredential | CreationProblem> => {
  const answer = await takeAnswer(visit, field, bindingOf(visit, 'create', type))
  if (answer.kind === 'refused') return refusal(answer)
  const made = await verifyCreation(type, answer, requireRelyingParty(visit))
  if (made.kind === 'refused') return refusal(made)
  const { kind: _, ...credential } = made
  const method = newMethod(visit, type, name)
  const userAgent = visit.exchange.userAgent?.slice(0, MAX_USER_AGENT)
  const outcome = await insertCredential(visit.context.deps.db, visit.key.tenantId, {
    ...method,
    type,
    userAgent,
    ...credential,
  })
  return outcome === 'created' ? { ...method, credential: credential.credential } : NOT_INSERTED[outcome]
}
