// The words around the figures of `refresh.mjs`.
import { fixed, micro, milli, table, times, whole } from '../tables.mjs'

/** @typedef {import('./refresh.mjs').Refresh} Refresh */

const kinds = [
  ['expired', 'the token has expired'],
  ['force-new', 'every caller says that its token was refused (oidc-agent: force-new)'],
  ['route', 'POST /v1/accounts/{id}/refresh'],
  ['min-valid', 'min_valid longer than the life of a token'],
]

/** @param {Refresh} refresh */
export function refreshTables({ figures, callers, vault }) {
  const requests = (row, kind) => figures.values(row, kind, 'requests')
  const most = (row, kind) => (figures.has(row, kind) ? range(requests(row, kind)) : '')
  const counts = kinds
    .filter(([kind]) => figures.has('ours', kind))
    .map(([kind, title]) => [
      title,
      most('ours', kind),
      fixed(figures.median('ours', kind, 'milliseconds'), 1),
      most('oidc', kind),
      fixed(figures.median('oidc', kind, 'milliseconds'), 1),
    ])
  const timed = [
    ['direct', 'the server alone, asked directly'],
    ['ours', `TokenTray, written to the ${vault === 'keychain' ? 'disk, sealed with the key of the keychain' : 'memory only'}`],
    ['oidc', 'oidc-agent'],
  ]
    .filter(([row]) => figures.has(row, 'forced'))
    .map(([row, title]) => [
      title,
      fixed(figures.median(row, 'forced', 'milliseconds'), 1),
      times(figures.ratio(row, 'direct', 'forced', 'milliseconds')),
      times(figures.ratio(row, 'oidc', 'forced', 'milliseconds')),
    ])
  const waiting = [
    ['ours', 'TokenTray'],
    ['oidc', 'oidc-agent'],
  ]
    .filter(([row]) => figures.has(row, 'hanging'))
    .map(([row, title]) => [
      title,
      micro(figures.median(row, 'idle', 'p50')),
      micro(figures.median(row, 'hanging', 'p50')),
      milli(figures.median(row, 'idle', 'max')),
      milli(figures.median(row, 'hanging', 'max')),
      times(figures.ratio(row, row, 'hanging', 'p50', 'idle')),
    ])
  return [
    `## ${callers} callers want a new token\n` +
      'Requests that reach the authorization server, least to most over the rounds, and the time until all callers have their answer. ' +
      'Every refresh rotates the refresh token.\n\n' +
      table(['', 'TokenTray requests', 'ms', 'oidc-agent requests', 'ms'], counts),
    `## One refresh with rotation\nFrom the question of one caller to its answer, the durable write included.\n\n` +
      table(['', 'median ms', '× direct', '× oidc-agent'], timed),
    '## Another account while a refresh hangs\nCached tokens of one account, one-shot, while the server keeps back the answer to the refresh of another one for a second.\n\n' +
      table(['', 'idle p50 µs', 'hanging p50 µs', 'idle worst ms', 'hanging worst ms', '× idle'], waiting),
  ]
}

/** @param {Refresh} refresh @returns {import('../tables.mjs').Goal[]} */
export function refreshGoals({ figures, callers, vault }) {
  const counted = kinds
    .filter(([kind]) => figures.has('ours', kind))
    .map(([kind, title]) => ({
      name: `${callers} callers: ${title}`,
      limit: 1,
      measured: Math.max(...figures.values('ours', kind, 'requests')),
      unit: 'request at the server',
    }))
  const hanging = {
    name: 'another account while a refresh hangs, p50',
    limit: 2,
    measured: figures.ratio('ours', 'ours', 'hanging', 'p50', 'idle').median,
    unit: '× idle',
  }
  const forced = figures.ratio('ours', 'oidc', 'forced', 'milliseconds').median
  if (Number.isNaN(forced) || vault === 'memory') return [...counted, hanging]
  return [
    ...counted,
    { name: 'forced refresh with rotation and durable write', limit: 0.1, measured: forced, unit: '× oidc-agent' },
    hanging,
  ]
}

/** @param {Refresh} refresh */
export function refreshReading({ figures, callers }) {
  const failures = figures.failures()
  const [ours, direct, oidc] = ['ours', 'direct', 'oidc'].map((row) => figures.median(row, 'forced', 'milliseconds'))
  const agent = Number.isNaN(oidc)
    ? ''
    : ` oidc-agent needs ${fixed(oidc, 0)} ms, ${fixed(figures.median('oidc', 'forced', 'after'), 0)} of them after the answer of the server had reached ` +
      'it; that is the time of a key derivation from a password, under which it writes its file anew (seen from outside, not profiled).'
  const serial = Number.isNaN(oidc)
    ? ''
    : ' oidc-agent does one thing at a time: whoever asks for anything while it waits for a server waits with it, and of its callers that want ' +
      'a new token each one gets a rotation of its own, one after the other. Its rows with new tokens were measured once, because of their length.'
  const spared =
    figures.has('ours', 'min-valid') && Math.max(...figures.values('ours', 'min-valid', 'requests')) === 0
      ? ` A wish for more time than a token ever has is answered with the freshest one there is; as the one held was fresh, no request was needed.`
      : ''
  return [
    `A refresh takes ${fixed(ours, 1)} ms, of which the server and the front of the benchmark need ${fixed(direct, 1)} ms.${agent}`,
    `${whole(callers)} callers share a flight.${spared}${serial}`,
    ...(failures.length === 0
      ? []
      : [`Callers that asked together were left without an answer, which is a fault: ${failures.join('; ')}.`]),
  ]
}

function range(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least === most ? String(least) : `${least}–${most}`
}
