/** Freezing a value with everything in it. */

/** Freezes an object and all that its properties reach, functions included, and returns it. */
export const deepFreeze = <Value>(value: Value): Value => {
  const isFreezable = (typeof value === 'object' && value !== null) || typeof value === 'function'
  if (!isFreezable || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key))
  return value
}
