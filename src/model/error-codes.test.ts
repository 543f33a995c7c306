import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ERROR_CODES } from './error-codes.ts'

const SOURCES = fileURLToPath(new URL('..', import.meta.url))

test('every code is used: what the reference lists can happen', () => {
  const texts = globSync('**/*.ts', { cwd: SOURCES, exclude: name => name.includes('.test.') })
    .filter(file => !file.endsWith('error-codes.ts'))
    .map(file => readFileSync(`${SOURCES}${file}`, 'utf8'))
  const unused = Object.keys(ERROR_CODES).filter(code => !texts.some(text => text.includes(`'${code}'`)))
  assert.deepEqual(unused, [])
})
