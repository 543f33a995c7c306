/** api.multifactor.enable: a second factor at the end of the flow. */

import { flag, jsonObject, oneOf, optional, record } from './kind.ts'
import { argument, method, option } from './method.ts'

export const multifactorEnable = method({
  path: 'multifactor.enable',
  doc: 'Asks for a second factor at the end of the login; "none" takes the request back.',
  triggers: ['post-login'],
  parameters: [
    argument('provider', oneOf('any', 'none', 'guardian', 'google-authenticator', 'duo'), 'Which provider to use.'),
    option(
      'options',
      record({
        allowRememberBrowser: optional(flag, 'Lets the user skip it in this browser for a while; default false.'),
        providerOptions: optional(jsonObject, 'Settings of the provider.'),
      }),
      'How to ask.',
    ),
  ],
  returns: 'api',
  effects: ([provider, options]) => [
    {
      kind: 'multifactor',
      provider,
      allow_remember_browser: options?.allowRememberBrowser ?? false,
      ...(options?.providerOptions ? { provider_options: options.providerOptions } : {}),
    },
  ],
})
