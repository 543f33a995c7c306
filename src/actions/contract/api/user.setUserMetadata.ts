/** api.user.setUserMetadata: one property of the user's user metadata. */

import { json, propertyName } from './kind.ts'
import { argument, method, option } from './method.ts'

export const userSetUserMetadata = method({
  path: 'user.setUserMetadata',
  doc: 'Sets a property that the user may know about. All changes are saved together after the last Action.',
  triggers: ['post-login', 'pre-user-registration'],
  parameters: [
    argument('name', propertyName(256), 'Name of the property.'),
    option('value', json, 'Its value; null removes the property, undefined changes nothing.'),
  ],
  returns: 'api',
  effects: ([key, value]) => (value === undefined ? [] : [{ kind: 'user_metadata', key, value }]),
})
