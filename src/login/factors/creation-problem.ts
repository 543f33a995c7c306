/** Why a credential that was verified could not be stored. */

import type { InsertCredentialOutcome } from '../../store/users/credential-store.ts'
import type { FactorFailure } from './factor-events.ts'

/** `sentence` is for the person. */
export type CreationProblem = FactorFailure & { readonly sentence: string }

export const NOT_INSERTED: Readonly<Record<Exclude<InsertCredentialOutcome, 'created'>, CreationProblem>> = {
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
