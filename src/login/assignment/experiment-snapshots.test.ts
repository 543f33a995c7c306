import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SnapshotData } from '../../decision/snapshot/snapshot.ts'
import { toTenantId } from '../../model/ids.ts'
import { createExperimentSnapshots } from './experiment-snapshots.ts'

const TENANT = toTenantId('dev')

const dataOf = (version: number): SnapshotData => ({ version, experiments: [], segments: [] })

/** A source whose loads end when the test says so. */
const manualSource = () => {
  const loads: PromiseWithResolvers<SnapshotData>[] = []
  const errors: unknown[] = []
  const snapshots = createExperimentSnapshots({
    load: () => {
      const load = Promise.withResolvers<SnapshotData>()
      loads.push(load)
      return load.promise
    },
    onError: error => errors.push(error),
  })
  return { snapshots, loads, errors }
}

test('the first use loads, later uses are answered from memory', async () => {
  const { snapshots, loads } = manualSource()
  const first = snapshots.current(TENANT)
  const second = snapshots.current(TENANT)
  loads[0]?.resolve(dataOf(1))
  assert.equal((await first).version, 1)
  assert.equal((await second).version, 1)
  assert.equal(snapshots.current(TENANT), await first)
  assert.equal(loads.length, 1)
})

test('a refresh during a load reads again: what is being read may be older than the change', async () => {
  const { snapshots, loads } = manualSource()
  const first = snapshots.refresh(TENANT)
  const second = snapshots.refresh(TENANT)
  const third = snapshots.refresh(TENANT)
  loads[0]?.resolve(dataOf(1))
  await first
  assert.equal(loads.length, 2, 'the second and the third share one load')
  loads[1]?.resolve(dataOf(2))
  await Promise.all([second, third])
  assert.equal((await snapshots.current(TENANT)).version, 2)
})

test('a snapshot is never replaced by an older one', async () => {
  const { snapshots, loads } = manualSource()
  const first = snapshots.refresh(TENANT)
  loads[0]?.resolve(dataOf(5))
  await first
  const late = snapshots.refresh(TENANT)
  loads[1]?.resolve(dataOf(4))
  await late
  assert.equal((await snapshots.current(TENANT)).version, 5)
})

test('a failed reload is reported and leaves the last good snapshot in force', async () => {
  const { snapshots, loads, errors } = manualSource()
  const first = snapshots.refresh(TENANT)
  loads[0]?.resolve(dataOf(1))
  await first
  const failing = snapshots.refresh(TENANT)
  loads[1]?.reject(new TypeError('gone'))
  await failing
  assert.equal(errors.length, 1)
  assert.equal((await snapshots.current(TENANT)).version, 1)
})

test('a tenant without logins is not loaded by a notification', () => {
  const { snapshots, loads } = manualSource()
  snapshots.invalidate(TENANT)
  assert.equal(loads.length, 0)
})

test('a first load that fails is tried again by the next use', async () => {
  const { snapshots, loads } = manualSource()
  const first = snapshots.current(TENANT)
  loads[0]?.reject(new TypeError('gone'))
  await assert.rejects(async () => first)
  const second = snapshots.current(TENANT)
  loads[1]?.resolve(dataOf(1))
  assert.equal((await second).version, 1)
})
