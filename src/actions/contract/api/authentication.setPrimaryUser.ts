/** api.authentication.setPrimaryUser: the login goes on for the user that this identity is linked to. */

import { text } from './kind.ts'
import { argument, method } from './method.ts'

export const authenticationSetPrimaryUser = method({
  path: 'authentication.setPrimaryUser',
  doc: 'Makes another user the subject of the login. The identity that logged in must be linked to that user; this server links none, so it takes the user of the login only. Once per login.',
  triggers: ['post-login'],
  parameters: [argument('userId', text(128), 'The user for whom tokens are issued.')],
  returns: 'void',
  effects: ([userId]) => [{ kind: 'primary_user', user_id: userId }],
})
