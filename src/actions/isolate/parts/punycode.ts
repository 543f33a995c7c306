/** `punycode` of Node: the package that it is made of. */

import * as punycode from 'punycode/'

export const make = (): unknown => ({ ...punycode })
