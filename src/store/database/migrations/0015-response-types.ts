/** Web applications may ask for an ID token without a code, as new ones may. */

export const name = '0015-response-types'

export const sql = /* sql */ `
update clients set grant_types = grant_types || '{implicit}', updated_at = now()
  where app_type = 'regular_web' and grant_types @> '{authorization_code}' and not grant_types @> '{implicit}';
`
