import { join } from 'node:path'

/** Where it is written down what `tokentray connect` has changed, and how it is undone. */
export const journalPath = (home: string): string => join(home, 'connections.json')
