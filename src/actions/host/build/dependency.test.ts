import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dependencyProblems, isExact, specifiersOf } from './dependency.ts'

const REFUSED: readonly [name: string, version: string][] = [
  ['../x', '1.0.0'],
  ['Upper', '1.0.0'],
  ['a b', '1.0.0'],
  ['.hidden', '1.0.0'],
  ['@scope', '1.0.0'],
  ['a/b', '1.0.0'],
  ['--registry=http://evil', '1.0.0'],
  ['lodash', 'git+https://github.com/lodash/lodash'],
  ['lodash', 'file:../x'],
  ['lodash', 'npm:evil@1.0.0'],
  ['lodash', 'https://evil.example/x.tgz'],
  ['lodash', 'user/repo'],
  ['lodash', '1.0.0\n'],
]

for (const [name, version] of REFUSED) {
  test(`${JSON.stringify(name)} in version ${JSON.stringify(version)} is refused`, () => {
    assert.equal(dependencyProblems([{ name, version }]).length, 1)
  })
}

test('versions, ranges, tags and nothing are accepted', () => {
  for (const version of ['', 'latest', '1.2.3', '^1.2.3', '>=1 <2 || 3.x', '1.2.3-beta.1+build']) {
    assert.deepEqual(dependencyProblems([{ name: '@scope/some.name', version }]), [], version)
  }
})

test('a package that is named twice, and an eleventh one, are refused', () => {
  const dependency = { name: 'a', version: '1.0.0' }
  assert.match(dependencyProblems([dependency, dependency])[0]?.msg ?? '', /named twice/)
  const many = Array.from({ length: 11 }, (_, index) => ({ name: `a${index}`, version: '1.0.0' }))
  assert.match(dependencyProblems(many)[0]?.msg ?? '', /at most 10/)
})

test('only a whole version is exact', () => {
  const exact = (version: string) => isExact({ name: 'a', version })
  assert.deepEqual(['1.2.3', '1.2.3-rc.1', '1.2', '^1.2.3', 'latest', ''].map(exact), [
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})

test('files inside a package are bundled when the code names them, and never from outside', () => {
  const code =
    "require('lodash/get'); require(`@a/b/lib/x.js`); require('lodash/../../etc/passwd'); require('fs'); require('lodashy/x')"
  const dependencies = [
    { name: 'lodash', version: '' },
    { name: '@a/b', version: '' },
  ]
  assert.deepEqual(specifiersOf(code, dependencies), ['@a/b', '@a/b/lib/x.js', 'lodash', 'lodash/get'])
})
