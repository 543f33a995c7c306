/** Whether two values are deeply and strictly equal, as `assert.deepStrictEqual` and `util.isDeepStrictEqual` compare. */

type Pairs = WeakMap<object, WeakSet<object>>

/** Pairs that are being compared already are taken for equal: a cycle adds nothing. */
const isKnown = (a: object, b: object, known: Pairs): boolean => {
  const others = known.get(a) ?? new WeakSet()
  if (others.has(b)) return true
  others.add(b)
  known.set(a, others)
  return false
}

const bytesIn = (value: object): Uint8Array | undefined => {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined
}

/** What an object stands for when it stands for one value; undefined otherwise. */
const primitiveIn = (value: object): unknown => {
  if (value instanceof Date) return value.getTime()
  if (value instanceof RegExp) return `${value} ${value.lastIndex}`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  const isBoxed = value instanceof Number || value instanceof String || value instanceof Boolean
  return isBoxed ? value.valueOf() : undefined
}

const keysOf = (value: object): readonly PropertyKey[] =>
  Reflect.ownKeys(value).filter(key => Object.prototype.propertyIsEnumerable.call(value, key))

const areListsEqual = (a: readonly unknown[], b: readonly unknown[], known: Pairs): boolean =>
  a.length === b.length && a.every((item, index) => isEqual(item, b[index], known))

/** Members of sets and keys of maps that are objects are compared deeply, each with each. */
const areGroupsEqual = (a: readonly unknown[], b: readonly unknown[], known: Pairs): boolean => {
  const rest = [...b]
  return a.every(item => {
    const at = rest.findIndex(other => isEqual(item, other, known))
    if (at >= 0) rest.splice(at, 1)
    return at >= 0
  })
}

const isContentEqual = (a: object, b: object, known: Pairs): boolean => {
  const [bytes, others] = [bytesIn(a), bytesIn(b)]
  if (bytes && others) return bytes.length === others.length && bytes.every((byte, index) => byte === others[index])
  const isGroup = (a instanceof Map && b instanceof Map) || (a instanceof Set && b instanceof Set)
  if (isGroup && !(a.size === b.size && areGroupsEqual([...a], [...b], known))) return false
  return Object.is(primitiveIn(a), primitiveIn(b))
}

const isEqual = (a: unknown, b: unknown, known: Pairs): boolean => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (a === b || isKnown(a, b, known)) return true
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) return areListsEqual(a, b, known)
  if (!isContentEqual(a, b, known)) return false
  if (bytesIn(a)) return true
  const keys = keysOf(a)
  return (
    keys.length === keysOf(b).length &&
    keys.every(key => Object.hasOwn(b, key) && isEqual(Reflect.get(a, key), Reflect.get(b, key), known))
  )
}

/** Compares prototypes, contents and enumerable properties; numbers as `Object.is` does. */
export const isDeepStrictEqual = (a: unknown, b: unknown): boolean => isEqual(a, b, new WeakMap())
