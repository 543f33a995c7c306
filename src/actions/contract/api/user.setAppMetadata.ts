/** api.user.setAppMetadata: one property of the user's application metadata. */

import { json, propertyName } from './kind.ts'
import { argument, method, option } from './method.ts'

export const userSetAppMetadata = method({
  path: 'user.setAppMetadata',
  doc: 'Sets a property that decides what the user may do. All changes are saved together after the last Action.',
  triggers: ['post-login', 'pre-user-registration'],
  parameters: [
    argument('name', propertyName(256), 'Name of the property.'),
    option('value', json, 'Its value; null removes the property, undefined changes nothing.'),
  ],
  returns: 'api',
  effects: ([key, value]) => (value === undefined ? [] : [{ kind: 'app_metadata', key, value }]),
})
