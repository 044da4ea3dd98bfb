import type { BrokerSnapshot, SnapshotChange } from './snapshot.ts'

/**
 * What a reader of `previous` must be told to know `next`. Rows are immutable, so a row that is the same object is unchanged.
 * When no account came or went, the rows are in the same places, and then nothing has to be looked up.
 */
export function changeBetween(previous: BrokerSnapshot, next: BrokerSnapshot): SnapshotChange {
  const known = previous.accounts
  const aligned = known.length === next.accounts.length && next.accounts.every((row, place) => row.id === known[place]?.id)
  const before = aligned ? undefined : new Map(known.map((row) => [row.id, row]))
  const accounts = next.accounts.filter((row, place) => (before === undefined ? known[place] : before.get(row.id)) !== row)
  const after = new Set(before === undefined ? [] : next.accounts.map((row) => row.id))
  const removed = before === undefined ? [] : known.filter((row) => !after.has(row.id)).map((row) => row.id)
  return {
    sequence: next.sequence,
    ...(previous.vault === next.vault ? {} : { vault: next.vault }),
    ...(accounts.length === 0 ? {} : { accounts }),
    ...(removed.length === 0 ? {} : { removed }),
    ...(previous.logins === next.logins ? {} : { logins: next.logins }),
    ...(previous.approvals === next.approvals ? {} : { approvals: next.approvals }),
  }
}

/** The snapshot after a change; the inverse of `changeBetween`, up to the order of new rows, which come last. */
export function applyChange(snapshot: BrokerSnapshot, change: SnapshotChange): BrokerSnapshot {
  const changed = new Map(change.accounts?.map((row) => [row.id, row]))
  const removed = new Set(change.removed)
  const kept = snapshot.accounts.filter((row) => !removed.has(row.id)).map((row) => changed.get(row.id) ?? row)
  const known = new Set(snapshot.accounts.map((row) => row.id))
  return {
    sequence: change.sequence,
    vault: change.vault ?? snapshot.vault,
    accounts: [...kept, ...[...changed.values()].filter((row) => !known.has(row.id))],
    logins: change.logins ?? snapshot.logins,
    approvals: change.approvals ?? snapshot.approvals,
  }
}
