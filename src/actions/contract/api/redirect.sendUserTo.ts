/** api.redirect.sendUserTo: the browser leaves for another page, and comes back to /continue. */

import { jsonObject, optional, record, webAddress } from './kind.ts'
import { argument, method, option } from './method.ts'

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export const redirectSendUserTo = method({
  path: 'redirect.sendUserTo',
  doc: 'Sends the browser to a page when this Action has ended. The page returns it to /continue with the state that it got; then the continue handler of the same Action runs.',
  triggers: ['post-login'],
  parameters: [
    argument('url', webAddress, 'An http or https URL.'),
    option(
      'options',
      record({ query: optional(jsonObject, 'Parameters to add to the query string.') }),
      'What to add.',
    ),
  ],
  returns: 'api',
  effects: ([address, options]) => {
    const url = new URL(address)
    for (const [name, value] of Object.entries(options?.query ?? {})) {
      if (value !== null && value !== undefined) url.searchParams.set(name, toText(value))
    }
    return [{ kind: 'redirect', suspends: true, url: url.href }]
  },
})
