/** The table of api methods. A new one is a file beside this one, a line here and a line in its triggers. */

import { accessDeny } from './access.deny.ts'
import { accessTokenAddScope } from './accessToken.addScope.ts'
import { accessTokenRemoveScope } from './accessToken.removeScope.ts'
import { accessTokenSetCustomClaim } from './accessToken.setCustomClaim.ts'
import { authenticationChallengeWith } from './authentication.challengeWith.ts'
import { authenticationChallengeWithAny } from './authentication.challengeWithAny.ts'
import { authenticationEnrollWith } from './authentication.enrollWith.ts'
import { authenticationEnrollWithAny } from './authentication.enrollWithAny.ts'
import { authenticationRecordMethod } from './authentication.recordMethod.ts'
import { authenticationSetPrimaryUser } from './authentication.setPrimaryUser.ts'
import { cacheDelete } from './cache.delete.ts'
import { cacheGet } from './cache.get.ts'
import { cacheSet } from './cache.set.ts'
import { idTokenSetCustomClaim } from './idToken.setCustomClaim.ts'
import type { ApiMethod } from './method.ts'
import { multifactorEnable } from './multifactor.enable.ts'
import { redirectCanRedirect } from './redirect.canRedirect.ts'
import { redirectEncodeToken } from './redirect.encodeToken.ts'
import { redirectSendUserTo } from './redirect.sendUserTo.ts'
import { redirectValidateToken } from './redirect.validateToken.ts'
import { refreshTokenRevoke } from './refreshToken.revoke.ts'
import { refreshTokenSetExpiresAt } from './refreshToken.setExpiresAt.ts'
import { refreshTokenSetIdleExpiresAt } from './refreshToken.setIdleExpiresAt.ts'
import { sessionRevoke } from './session.revoke.ts'
import { sessionSetCookieMode } from './session.setCookieMode.ts'
import { sessionSetExpiresAt } from './session.setExpiresAt.ts'
import { sessionSetIdleExpiresAt } from './session.setIdleExpiresAt.ts'
import { transactionSetMetadata } from './transaction.setMetadata.ts'
import { userSetAppMetadata } from './user.setAppMetadata.ts'
import { userSetUserMetadata } from './user.setUserMetadata.ts'
import { validationError } from './validation.error.ts'

const METHODS: readonly ApiMethod[] = [
  accessDeny,
  accessTokenAddScope,
  accessTokenRemoveScope,
  accessTokenSetCustomClaim,
  authenticationChallengeWith,
  authenticationChallengeWithAny,
  authenticationEnrollWith,
  authenticationEnrollWithAny,
  authenticationRecordMethod,
  authenticationSetPrimaryUser,
  cacheDelete,
  cacheGet,
  cacheSet,
  idTokenSetCustomClaim,
  multifactorEnable,
  redirectCanRedirect,
  redirectEncodeToken,
  redirectSendUserTo,
  redirectValidateToken,
  refreshTokenRevoke,
  refreshTokenSetExpiresAt,
  refreshTokenSetIdleExpiresAt,
  sessionRevoke,
  sessionSetCookieMode,
  sessionSetExpiresAt,
  sessionSetIdleExpiresAt,
  transactionSetMetadata,
  userSetAppMetadata,
  userSetUserMetadata,
  validationError,
]

/** Every method by its path. */
export const API: ReadonlyMap<string, ApiMethod> = new Map(METHODS.map(method => [method.path, method]))
