/** api.validation.error: the login or the sign-up is refused as invalid, with a code of the author's. */

import { anyText, text } from './kind.ts'
import { argument, method } from './method.ts'

export const validationError = method({
  path: 'validation.error',
  doc: 'Refuses the login or the sign-up because something that the user gave is not valid.',
  triggers: ['post-login', 'pre-user-registration'],
  parameters: [
    argument('errorCode', text(128), 'A code of your own, for the tenant log.'),
    argument('errorMessage', anyText(1024), 'What the user may read.'),
  ],
  returns: 'api',
  effects: ([code, message]) => [{ kind: 'validation_failed', ends: true, code, message }],
})
