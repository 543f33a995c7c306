/** A check that accepts everything would look the same on a good day; here it is shown the bad ones. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkExecutables, executableProblems } from './check-executables.ts'

const listed = (mode: string) => `${mode} 48025016efe8ef8685b1d011287b5bf895e4892a 0\tbin/x.mjs\n`

test('a command that git keeps as executable is right', () => {
  assert.deepEqual(executableProblems(['bin/x.mjs'], listed('100755')), [])
})

test('a command that git keeps as a plain file, or not at all, is a problem that says its remedy', () => {
  const remedy = 'but package.json names it as a command: git add --chmod=+x bin/x.mjs'
  assert.deepEqual(executableProblems(['bin/x.mjs'], listed('100644')), [`bin/x.mjs: has mode 100644, ${remedy}`])
  assert.deepEqual(executableProblems(['bin/x.mjs'], ''), [`bin/x.mjs: is not in git, ${remedy}`])
})

test('the commands of this package are executable in git', () => {
  assert.deepEqual(checkExecutables(), [])
})
