import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecretBox, UnsealError } from '../../base/secret-box.ts'
import { toTenantId } from '../../model/ids.ts'
import { http } from '../sinks/http.ts'
import { sumo } from '../sinks/sumo.ts'
import { changeSettings, keepSettings, openSettings, showSettings } from './sink-settings.ts'

const box = createSecretBox(new Uint8Array(32).fill(7))
const place = { box, tenantId: toTenantId('dev'), streamId: 'lst_1' }
const settings = {
  httpContentFormat: 'JSONLINES',
  httpEndpoint: 'https://hooks.example.com/auth',
  httpAuthorization: 'Bearer secret-of-the-receiver',
  httpCustomHeaders: [
    { header: 'X-Api-Key', value: 'key-of-the-receiver' },
    { header: 'X-Short', value: 'abc' },
  ],
}

test('what is kept in the open holds no secret, and opens again only in its place', () => {
  const kept = keepSettings(http, settings, place)
  assert.deepEqual(kept.open, { httpContentFormat: 'JSONLINES' })
  assert.doesNotMatch(kept.sealed, /secret|receiver/)
  assert.deepEqual(openSettings(kept, place), settings)
  assert.throws(() => openSettings(kept, { ...place, streamId: 'lst_2' }), UnsealError)
})

test('what is shown of a secret is its end, and nothing of a short one', () => {
  const shown = showSettings(http, settings)
  assert.deepEqual(shown, {
    httpContentFormat: 'JSONLINES',
    httpEndpoint: 'https://hooks.example.com/auth',
    httpAuthorization: '********iver',
    httpCustomHeaders: [
      { header: 'X-Api-Key', value: '********iver' },
      { header: 'X-Short', value: '********' },
    ],
  })
})

test('of an address that is a credential the host is shown', () => {
  const shown = showSettings(sumo, { sumoSourceAddress: 'https://endpoint1.sumologic.com/receiver/v1/http/abc==' })
  assert.deepEqual(shown, { sumoSourceAddress: 'https://endpoint1.sumologic.com/********' })
})

const HERE = { httpEndpoint: 'https://hooks.example.com/another-path' }
const ELSEWHERE = { httpEndpoint: 'https://elsewhere.example.com/auth' }

test('a change replaces the settings and keeps secrets that are left out or come back as they were shown', () => {
  const { httpContentFormat: _, ...unformatted } = settings
  const kept = { settings: { ...unformatted, ...HERE }, carriedAway: [] }
  assert.deepEqual(changeSettings(http, settings, HERE), kept)
  assert.deepEqual(changeSettings(http, settings, { ...showSettings(http, unformatted), ...HERE }), kept)
  const before = { ...settings, httpContentFormat: 'JSONARRAY' }
  const changed = changeSettings(http, before, HERE)
  assert.ok(!('httpContentFormat' in changed.settings), 'a setting that is left out is gone')
})

test('secrets do not follow the stream to another server unless they are given again', () => {
  const both = ['httpAuthorization', 'httpCustomHeaders']
  assert.deepEqual(changeSettings(http, settings, ELSEWHERE).carriedAway, both)
  assert.deepEqual(changeSettings(http, settings, { ...showSettings(http, settings), ...ELSEWHERE }).carriedAway, both)
  assert.deepEqual(changeSettings(http, settings, { ...settings, ...ELSEWHERE }).carriedAway, [])
  const without = { httpEndpoint: settings.httpEndpoint }
  assert.deepEqual(changeSettings(http, without, ELSEWHERE).carriedAway, [])
})

test('a new secret replaces the old one, an empty one removes it', () => {
  const given = { ...ELSEWHERE, httpCustomHeaders: [{ header: 'X-Api-Key', value: 'another-key-entirely' }] }
  const changed = changeSettings(http, settings, { ...given, httpAuthorization: '' })
  assert.deepEqual(changed, { settings: given, carriedAway: [] })
})

const TOKEN = '?token=secret-of-the-receiver&env=prod'
const WITH_QUERY = { httpEndpoint: `https://hooks.example.com/auth${TOKEN}` }

test('the query of an endpoint is sealed, and shown as one that is there', () => {
  const kept = keepSettings(http, WITH_QUERY, place)
  assert.deepEqual(kept.open, {})
  assert.deepEqual(openSettings(kept, place), WITH_QUERY)
  for (const [address, shown] of [
    [WITH_QUERY.httpEndpoint, 'https://hooks.example.com/auth?********'],
    ['https://hooks.example.com/auth?', 'https://hooks.example.com/auth?********'],
    ['https://hooks.example.com/auth#secret', 'https://hooks.example.com/auth#********'],
    ['https://hooks.example.com#a?secret', 'https://hooks.example.com#********'],
    ['not a URL?secret', 'not a URL?********'],
    ['https://hooks.example.com/auth', 'https://hooks.example.com/auth'],
  ] as const)
    assert.deepEqual(showSettings(http, { httpEndpoint: address }), { httpEndpoint: shown }, address)
})

test('a query stays when it comes back as it was shown, also behind another path of the server', () => {
  const change = (httpEndpoint: string) => changeSettings(http, WITH_QUERY, { httpEndpoint })
  const changed = (httpEndpoint: string) => ({ settings: { httpEndpoint }, carriedAway: [] })
  assert.deepEqual(change('https://hooks.example.com/auth?********'), changed(WITH_QUERY.httpEndpoint))
  assert.deepEqual(change('https://hooks.example.com/v2?********'), changed(`https://hooks.example.com/v2${TOKEN}`))
  assert.deepEqual(
    change('https://hooks.example.com/auth?token=new'),
    changed('https://hooks.example.com/auth?token=new'),
  )
  assert.deepEqual(change('https://hooks.example.com/auth'), changed('https://hooks.example.com/auth'))
})

test('a query does not follow the stream to another server unless it is given again', () => {
  const carried = (httpEndpoint: string) => changeSettings(http, WITH_QUERY, { httpEndpoint }).carriedAway
  assert.deepEqual(carried('https://elsewhere.example.com/auth?********'), ['httpEndpoint'])
  assert.deepEqual(carried('https://hooks.example.com:8443/auth?********'), ['httpEndpoint'])
  assert.deepEqual(carried(`https://elsewhere.example.com/${TOKEN}`), [])
  assert.deepEqual(carried('https://elsewhere.example.com/'), [])
})
