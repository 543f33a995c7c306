import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeFrame } from './code-frame.ts'

const CODE = Array.from({ length: 12 }, (_, index) => `line(${index + 1})`).join('\n')

test('the line stands out between two before it and two after it, with a caret below the column', () => {
  assert.deepEqual(codeFrame(CODE, { line: 9, column: 6 }), [
    '   7 | line(7)',
    '   8 | line(8)',
    '>  9 | line(9)',
    '     |      ^',
    '  10 | line(10)',
    '  11 | line(11)',
  ])
})

test('code begins and ends where it does', () => {
  assert.deepEqual(codeFrame('a\nb', { line: 1, column: 1 }), ['> 1 | a', '    | ^', '  2 | b'])
  assert.deepEqual(codeFrame('a\n', { line: 1, column: 1 }), ['> 1 | a', '    | ^'])
  assert.deepEqual(codeFrame('a\r\nb', { line: 2, column: 2 }), ['  1 | a', '> 2 | b', '    |  ^'])
})

test('a tab is as wide as its caret takes it to be', () => {
  assert.deepEqual(codeFrame('\t\tx()', { line: 1, column: 3 }), ['> 1 |     x()', '    |     ^'])
})

test('there is no frame for a line that is not there or is too long', () => {
  assert.deepEqual(codeFrame('a', { line: 2, column: 1 }), [])
  assert.deepEqual(codeFrame('a'.repeat(161), { line: 1, column: 1 }), [])
})

test('what would command the terminal is not printed', () => {
  assert.deepEqual(codeFrame('a\u001b[2Jb', { line: 1, column: 1 }), ['> 1 | a\ufffd[2Jb', '    | ^'])
})
