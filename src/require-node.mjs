// Says in one sentence what is wrong when Node is too old to run TypeScript. Plain JavaScript, because that Node reads it.
const WANTED = 24
if (Number.parseInt(process.versions.node, 10) < WANTED) {
  console.error(
    `Experiment Center needs Node ${WANTED} or newer; this is ${process.versions.node}. ` +
      'On Linux, npm ci brings it: start with npm (npm start). Elsewhere, install it from nodejs.org.',
  )
  process.exit(1)
}
