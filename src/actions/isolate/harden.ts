/**
 * Takes away what V8 does not count against the memory of an isolate. The isolate is the wall; this only keeps the
 * bombs small that were seen to outgrow it before the watchdogs of the processes noticed.
 */

const hide = (target: object, names: readonly string[]): void => {
  for (const name of names) Reflect.deleteProperty(target, name)
}

/** Runs first, before any code of an author. */
export const harden = (): void => {
  // Their memory is reserved outside the heap. Without modules and shared buffers, atomics have no use either.
  hide(globalThis, ['WebAssembly', 'SharedArrayBuffer', 'Atomics'])
  // They grow a buffer without asking the allocator that counts.
  hide(ArrayBuffer.prototype, ['resize', 'transfer', 'transferToFixedLength'])
}
