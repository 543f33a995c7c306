/** What the login page tells the engine of a user whom it has recognised, beyond what the engine asks for. */

import { isJsonObject } from '../../base/json.ts'

/** `users.generation` at the moment in which the user was recognised; undefined without a login. */
export const generationOf = ({ login }: { readonly login?: unknown }): string | undefined =>
  isJsonObject(login) && typeof login.generation === 'string' ? login.generation : undefined
