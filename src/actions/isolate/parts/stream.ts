/** `stream` of Node: its own code as a package. */

import stream from 'readable-stream'

export const make = (): unknown => stream
