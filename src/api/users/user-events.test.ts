import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createUserApi, PASSWORD } from '../../../test/kit/user-api.ts'
import { piiFilter } from '../../logs/streams/pii.ts'
import { PII_FIELDS } from '../../model/log-stream.ts'

describe('the event of a call about a user', async () => {
  const users = await createUserApi()
  after(() => users.api[Symbol.asyncDispose]())
  const hide = piiFilter({ log_fields: [...PII_FIELDS] })
  const lastEvent = () => JSON.parse(JSON.stringify(users.api.events.at(-1)))

  test('shows a stream that hides personal data nothing of the profile, in each of the calls', async () => {
    const profile = { name: 'Ada King', given_name: 'Ada', family_name: 'King', phone_number: '+4420123456' }
    const metadata = { user_metadata: { address: 'St James Square' } }
    const created = await users.create({ email: 'ada@king.test', password: PASSWORD, ...profile, ...metadata })
    const SEEN = /Ada|King|ada@|4420|James/
    assert.match(JSON.stringify(lastEvent()), SEEN)
    assert.doesNotMatch(JSON.stringify(hide(lastEvent())), SEEN)
    await users.call('PATCH', `${users.pathOf(created.user_id)}`, { name: 'Ada Byron', nickname: 'countess' })
    assert.match(JSON.stringify(lastEvent()), SEEN)
    const changed = hide(lastEvent())
    assert.doesNotMatch(JSON.stringify(changed), SEEN)
    assert.match(JSON.stringify(changed), /"description":"Update a user".*countess/)
  })
})
