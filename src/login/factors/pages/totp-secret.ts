/** TOTP secrets where they rest: sealed, first with the login that sets one up, then with the user's method. */

import { createTotpSecret } from '../../../model/authentication-method.ts'
import { keepPendingSecret } from '../../../store/logins/factor-request-store.ts'
import { EXPIRED, PageRefusal } from '../../http/failure.ts'
import type { FactorVisit } from './factor-visit.ts'

/** The secret that this login offers, always the same: a page may be loaded again after the code was scanned. */
export const pendingTotpSecret = async ({ services, key, request }: FactorVisit): Promise<string> => {
  const { volatileDb, secretBox, random } = services
  const place = `factor_requests:${key.tenantId}:${key.transactionId}:totp`
  const sealed =
    request.sealedTotpSecret ??
    (await keepPendingSecret(
      volatileDb,
      request,
      'sealed_totp_secret',
      secretBox.seal(createTotpSecret(random), place),
    ))
  if (sealed === undefined) throw new PageRefusal(EXPIRED)
  return secretBox.open(sealed, place)
}
