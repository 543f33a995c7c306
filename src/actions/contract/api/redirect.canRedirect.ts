/** api.redirect.canRedirect: whether there is a browser to send somewhere. */

import { method } from './method.ts'

export const redirectCanRedirect = method({
  path: 'redirect.canRedirect',
  doc: 'Tells whether the browser can be sent elsewhere: not with prompt=none and not in a refresh exchange.',
  triggers: ['post-login'],
  parameters: [],
  returns: 'boolean',
  answer: call => call.interactive,
})
