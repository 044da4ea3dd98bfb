import { BrokerError } from '../protocol/errors.ts'
import { selectorName } from '../protocol/selector.ts'

/** The name as it is. Throws `invalid_request` for one that no client can have, before it becomes a part of a path. */
export function checkedClientName(name: string): string {
  if (selectorName.test(name)) return name
  throw new BrokerError('invalid_request', `${JSON.stringify(name.slice(0, 80))} is no name of a client.`, {
    fix: 'Use letters, digits, dots, dashes and underscores, 64 at most, such as `codex`.',
  })
}
