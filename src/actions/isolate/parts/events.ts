/** `events` of Node: the port that browsers use. */

import EventEmitter from 'events/'

export const make = (): unknown => EventEmitter
