/** What the login needs to run Actions; the composition root provides it. */

import type { ActionRunner } from '../../actions/contract/contract.ts'
import type { BoundActions } from './bound-actions.ts'

/** Where a request comes from, as far as it is known. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  readonly region?: string | undefined
}

export interface LoginActions {
  readonly runner: Pick<ActionRunner, 'run'>
  readonly bound: BoundActions
  placeOf(request: { readonly ip: string; readonly header: (name: string) => string | undefined }): Place
}
