/** Whose a form is by what it says: that it is theirs has been shown before, or is of no use to them. */

import { normalizeEmail } from '../../model/email-address.ts'
import type { Db } from '../../store/database/database.ts'
import { findCredential } from '../../store/users/credential-store.ts'
import { findUser } from '../../store/users/user-store.ts'
import { parseAnswer } from '../factors/webauthn-answer.ts'
import type { IsSentBy } from '../lead-on/login-went-on.ts'
import type { Exchange } from '../transaction/exchange.ts'

type SenderServices = { readonly db: Db }

/** @param typed the address in the form */
export const senderByAddress =
  ({ tenant }: Exchange, { db }: SenderServices, typed: string): IsSentBy =>
  async userId => {
    const user = await findUser(db, tenant.tenantId, userId)
    return user !== undefined && normalizeEmail(user.email) === normalizeEmail(typed)
  }

/** @param field the form's, as the page's script wrote it */
export const senderByPasskey =
  ({ tenant }: Exchange, { db }: SenderServices, field: string): IsSentBy =>
  async userId => {
    const answer = parseAnswer(field)
    const found = answer && (await findCredential(db, tenant.tenantId, answer.credentialId))
    return found?.userId === userId
  }
