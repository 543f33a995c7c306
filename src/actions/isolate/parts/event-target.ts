/** Event, CustomEvent and EventTarget (DOM standard, section 2) without a tree: an event has one target. */

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void }

interface EventInit {
  readonly cancelable?: unknown
  readonly detail?: unknown
}

interface Options {
  readonly once?: unknown
  readonly signal?: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void }
}

interface Registration {
  readonly listener: Listener
  readonly isOnce: boolean
}

let isStopped: (event: Event) => boolean = () => false

class Event {
  readonly type: string
  readonly cancelable: boolean
  readonly bubbles = false
  readonly composed = false
  readonly isTrusted = false
  readonly timeStamp = Date.now()
  target: EventTarget | null = null
  currentTarget: EventTarget | null = null
  defaultPrevented = false
  #isStopped = false
  static {
    isStopped = event => event.#isStopped
  }
  constructor(type: unknown, init: EventInit = {}) {
    this.type = String(type)
    this.cancelable = Boolean(init.cancelable)
  }
  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true
  }
  stopPropagation(): void {
    // There is nowhere to go on to.
  }
  stopImmediatePropagation(): void {
    this.#isStopped = true
  }
}

class CustomEvent extends Event {
  readonly detail: unknown
  constructor(type: unknown, init: EventInit = {}) {
    super(type, init)
    this.detail = init.detail ?? null
  }
}

/** What a listener throws does not stop the others, nor reach the caller of `dispatchEvent`; it is an unhandled rejection. */
const callListener = (listener: Listener, target: EventTarget, event: Event): void => {
  try {
    if (typeof listener === 'function') listener.call(target, event)
    else listener.handleEvent(event)
  } catch (error) {
    void Promise.reject(error)
  }
}

class EventTarget {
  readonly #listeners = new Map<string, readonly Registration[]>()
  addEventListener(type: unknown, listener: Listener | null | undefined, options: Options | boolean = {}): void {
    const { once, signal } = typeof options === 'object' && options !== null ? options : {}
    const known = this.#listeners.get(String(type)) ?? []
    if (!listener || signal?.aborted || known.some(one => one.listener === listener)) return
    this.#listeners.set(String(type), [...known, { listener, isOnce: Boolean(once) }])
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener))
  }
  removeEventListener(type: unknown, listener: Listener | null | undefined): void {
    const known = this.#listeners.get(String(type)) ?? []
    this.#listeners.set(
      String(type),
      known.filter(one => one.listener !== listener),
    )
  }
  dispatchEvent(event: Event): boolean {
    event.target = this
    event.currentTarget = this
    for (const { listener, isOnce } of this.#listeners.get(event.type) ?? []) {
      if (isStopped(event)) break
      if (isOnce) this.removeEventListener(event.type, listener)
      callListener(listener, this, event)
    }
    event.currentTarget = null
    return !event.defaultPrevented
  }
}

export const make = (): unknown => ({ Event, CustomEvent, EventTarget })
