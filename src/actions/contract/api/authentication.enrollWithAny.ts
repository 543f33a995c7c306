/** api.authentication.enrollWithAny: the user sets up a factor of the user's choice before the next Action runs. */

import { factors, toFactor } from './factor.ts'
import { argument, method } from './method.ts'

export const authenticationEnrollWithAny = method({
  path: 'authentication.enrollWithAny',
  doc: 'Lets the user choose a second factor to set up before the next Action.',
  triggers: ['post-login'],
  parameters: [argument('factors', factors, 'The factors to choose from.')],
  returns: 'void',
  effects: ([choice]) => [{ kind: 'enrollment', suspends: true, choose: 'any', factors: choice.map(toFactor) }],
})
