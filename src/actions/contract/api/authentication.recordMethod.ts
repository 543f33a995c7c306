/** api.authentication.recordMethod: the user has completed a method of the author's own. */

import { webAddress } from './kind.ts'
import { argument, method } from './method.ts'

export const authenticationRecordMethod = method({
  path: 'authentication.recordMethod',
  doc: 'Notes for this session that a method of your own was completed. Only after a redirect came back.',
  triggers: ['post-login'],
  continueOnly: true,
  parameters: [argument('url', webAddress, 'A URL that names the method; the name in event.authentication.methods.')],
  returns: 'void',
  effects: ([url]) => [{ kind: 'method_recorded', url }],
})
