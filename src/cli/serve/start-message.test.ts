import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type StartFacts, startMessage } from './start-message.ts'

const facts: StartFacts = {
  issuer: 'http://localhost:3000/',
  elapsedMs: 812.4,
  isFirst: true,
  credentialsFile: '/srv/center/data/credentials.json',
  administrator: 'admin@example.com',
  folder: '/srv/center',
}

test('a first start says where the credentials are, who the administrator is, and what comes next', () => {
  assert.deepEqual(startMessage(facts), [
    'ready http://localhost:3000/ in 812 ms',
    '',
    '  credentials     data/credentials.json',
    '  administrator   admin@example.com, with the password in that file',
    '  next            open http://localhost:3000/ in a browser and try a login, or follow the quickstart in README.md',
  ])
})

test('a later start is short', () => {
  assert.deepEqual(startMessage({ ...facts, isFirst: false, folder: '/home/ada' }), [
    'ready http://localhost:3000/ in 812 ms',
    '  credentials: /srv/center/data/credentials.json   administrator: admin@example.com',
  ])
})

test('a server that joined others, without a file, names the administrator alone', () => {
  const joined = { ...facts, isFirst: false, credentialsFile: undefined }
  assert.deepEqual(startMessage(joined).slice(1), ['  administrator: admin@example.com'])
  assert.deepEqual(startMessage({ ...joined, administrator: '' }).slice(1), [])
})
