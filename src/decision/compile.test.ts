import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseFile, readCases } from '../../test/kit/conformance.ts'
import { compile } from './compile.ts'
import { decide } from './decide.ts'
import type { SnapshotData } from './snapshot/snapshot.ts'

interface WithSnapshots extends CaseFile<unknown, unknown> {
  readonly snapshots: { readonly several: SnapshotData }
}

const readSeveral = () => readCases<WithSnapshots>('overrides.json').snapshots.several

/** Every object and function that can be reached from a value through properties. */
const reachable = (value: unknown, found = new Set<object>()): ReadonlySet<object> => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || found.has(value)) return found
  found.add(value)
  for (const key of Reflect.ownKeys(value)) reachable(Reflect.get(value, key), found)
  return found
}

test('everything in a snapshot and in its decisions is frozen', () => {
  const snapshot = compile(readSeveral())
  const experiment_id = 'exp_gyoysWyfdp8XoYfntkLkxp'
  const segment_id = 'seg_8TqG4mDdVnVt2dJZ3YFJ5b'
  const variation_id = 'var_aCJPsf6N51CBQPBBfQSPPf'
  const decisions = [
    {},
    { subjects: { device: 'device-1' } },
    { override: { variation_id: 'var_x' } },
    { override: { experiment_id } },
    { override: { experiment_id, segment_id } },
    { override: { experiment_id, segment_id, variation_id } },
  ].map(request => decide(snapshot, request))
  const objects = [...reachable([snapshot, ...decisions])].slice(1)
  assert.ok(objects.length > 100)
  for (const object of objects) assert.ok(Object.isFrozen(object), JSON.stringify(object))
})

test('compiling leaves the data as it was, not frozen, and does not follow later changes of it', () => {
  const data = readSeveral()
  const snapshot = compile(data)
  assert.deepEqual(data, readSeveral())
  for (const object of reachable(data)) assert.ok(!Object.isFrozen(object))
  const request = {
    override: { experiment_id: 'exp_FuY7uqP5RLGpeHi2z3fGBh', variation_id: 'var_aCJPsf6N51CBQPBBfQSPPf' },
  }
  const before = structuredClone(decide(snapshot, request).assignment)
  Object.assign(data.experiments[0]?.flag.parameters.theme?.value ?? assert.fail(), { color: 'red' })
  assert.deepEqual(decide(snapshot, request).assignment, before)
})

test('the merged configuration of a variation is one object in all of its assignments', () => {
  const snapshot = compile(readSeveral())
  const experiment_id = 'exp_gyoysWyfdp8XoYfntkLkxp'
  const variation_id = 'var_2EDxgC9HgnvgQyQRUejyWU'
  const forced = decide(snapshot, { override: { experiment_id, variation_id } }).assignment
  const matched = decide(snapshot, { override: { experiment_id, segment_id: 'seg_8TqG4mDdVnVt2dJZ3YFJ5b' } }).assignment
  assert.equal(matched?.variation_id, variation_id)
  assert.equal(forced?.config, matched.config)
})

test('a parameter may have the name of a property of every object', () => {
  const data: SnapshotData = JSON.parse(`{
    "version": 1, "segments": [], "experiments": [{
      "id": "exp_1", "status": "active", "authentication_flow": "authentication", "allocation_strategy": "segment", "subject": "device",
      "flag": { "id": "flg_1", "parameters": { "__proto__": { "value": 1 }, "constructor": { "value": 2 } } },
      "variations": [{ "id": "var_1", "name": "one", "overrides": { "__proto__": 3 } }],
      "allocations": [{ "variation_id": "var_1", "is_control": true, "is_fallback": true }]
    }]
  }`)
  const config = decide(compile(data), {}).assignment?.config
  assert.equal(JSON.stringify(config), '{"__proto__":{"value":3},"constructor":{"value":2}}')
})
