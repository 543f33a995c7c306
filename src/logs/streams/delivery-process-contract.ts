/** One server's delivery as a process of its own, for tests that kill it: `node <this file> <database> <endpoint>`. */

import { createEgress } from '../../base/egress.ts'
import { systemResolve } from '../../base/egress-rules.ts'
import { openDatabase } from '../../store/database/database.ts'
import { http } from '../sinks/http.ts'
import { LOCAL } from '../sinks/sink-contract.ts'
import { startLogStreamDelivery } from './delivery.ts'
import { FAST } from './delivery-contract.ts'
import { systemSleep } from './delivery-ports.ts'

const [, , connectionString = '', httpEndpoint = ''] = process.argv
const { db } = openDatabase({ connectionString, max: 3 })
const ports = { egress: createEgress(LOCAL), clock: Date.now, rules: LOCAL, resolve: systemResolve, timeoutMs: 2_000 }
startLogStreamDelivery({
  db,
  openSink: () => http.open({ httpEndpoint }, { ...ports, folder: undefined }),
  clock: Date.now,
  random: Math.random,
  sleep: systemSleep,
  pace: FAST,
  onError: error => console.error(error),
})
