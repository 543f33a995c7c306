import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReloadingRegistry } from './reloading-registry.ts'

const create = (afterFailure: 'keep' | 'drop') => {
  const errors: unknown[] = []
  const seen: (number | undefined)[] = []
  const script = { next: 1, fails: false }
  const registry = createReloadingRegistry<string, { readonly n: number }>({
    async load(_, known) {
      seen.push(known?.n)
      if (script.fails) throw new Error('away')
      return { n: script.next }
    },
    onError: error => errors.push(error),
    afterFailure,
  })
  return { registry, errors, script, seen }
}

test('a load is given the value in force, so that it can use parts of it again', async () => {
  const { registry, script, seen } = create('keep')
  await registry.current('a')
  script.next = 2
  await registry.refresh('a')
  assert.deepEqual(await registry.current('a'), { n: 2 })
  assert.deepEqual(seen, [undefined, 1])
})

test('what fails open keeps the last good value after a failed reload', async () => {
  const { registry, errors, script } = create('keep')
  await registry.current('a')
  script.fails = true
  await registry.refresh('a')
  assert.equal(errors.length, 1)
  assert.deepEqual(registry.current('a'), { n: 1 })
})

test('what fails closed is forgotten after a failed reload, and read again by the next caller', async () => {
  const { registry, script } = create('drop')
  await registry.current('a')
  script.fails = true
  await registry.refresh('a')
  await assert.rejects(async () => registry.current('a'), /away/)
  Object.assign(script, { fails: false, next: 3 })
  assert.deepEqual(await registry.current('a'), { n: 3 })
})

test('an invalidation loads nothing that was not asked for', () => {
  const { registry, seen } = create('keep')
  registry.invalidate('a')
  assert.deepEqual(seen, [])
})
