/** A request that comes too late, or to the wrong page, of a login that is known: its browser is led to where the login is. */

import type { LoginTransaction } from '../transaction/transaction.ts'

/** True when the form was sent by the user with this id, as far as it says. */
export type IsSentBy = (userId: string) => Promise<boolean>

/** Where a login is, when the one who was asked knows it. */
export interface Whereabouts {
  readonly page: string
  /** Who has answered there; undefined when no user has. */
  readonly userId: string | undefined
}

/** Thrown in place of an answer, in the browser that began the login. */
export class LoginWentOn extends Error {
  override readonly name = 'LoginWentOn'
  readonly transaction: LoginTransaction
  /** Undefined for a request that names no user, such as a page that is opened again. */
  readonly isSentBy: IsSentBy | undefined
  readonly whereabouts: Whereabouts | undefined

  constructor(transaction: LoginTransaction, isSentBy?: IsSentBy, whereabouts?: Whereabouts) {
    super('the login has gone on without this request')
    this.transaction = transaction
    this.isSentBy = isSentBy
    this.whereabouts = whereabouts
  }
}
