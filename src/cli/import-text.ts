import {
  type FoundStore,
  isMovable,
  type SharedLogin,
  type StoredLogin,
  type Surroundings,
  shortened,
} from '../integrations/index.ts'

/** What is found, a block per file. Names come from foreign files, so that control characters are taken out. */
export function listText(found: readonly FoundStore[], surroundings: Surroundings): string {
  if (found.length === 0) return 'No program that is known keeps a login here.\n'
  return found
    .map(({ store, file, open, consent, contents }) => {
      const readable = open ? '  (other users can read it)' : ''
      const head = `${store.id}  ${plain(shortened(file, surroundings))}${readable}\n`
      if (contents === undefined) {
        const no = consent === 'refused' ? 'not read, as you said' : 'not read without your yes'
        return `${head}  ${no}: \`tokentray import ${store.id} --read-stores\`\n`
      }
      if (contents.kind === 'broken') return `${head}  cannot be read: ${contents.reason}\n`
      return head + (contents.logins.length === 0 ? '  no login\n' : contents.logins.map(loginText).join(''))
    })
    .join('')
}

function loginText(login: StoredLogin): string {
  const what = { oauth: 'login', api_key: 'API key', setup_token: 'setup token' }[login.kind]
  const whose = login.provider === undefined ? '' : ` of ${login.provider}`
  return `  ${plain(login.name)}: ${what}${whose}${isMovable(login) ? ', can move' : ''}\n`
}

/** Who signs whom out, and what to do about it. */
export function radarText(shared: readonly SharedLogin[], surroundings: Surroundings): string {
  if (shared.length === 0) return 'No two programs that were looked at hold one login.\n'
  return shared
    .map(({ holders, account }) => {
      const programs = holders.map(({ store, file }) => `${store.name} (${plain(shortened(file, surroundings))})`)
      const who = account === undefined ? programs : [...programs, `TokenTray (${account})`]
      const last = who.slice(-1).join('')
      const advice = holders.map(({ store }) => `  a login of its own for ${store.name}: ${store.signIn}\n`)
      const first = holders[0]?.store.id ?? ''
      return (
        `${who.length} programs hold one rotating login: ${who.slice(0, -1).join(', ')} and ${last}\n` +
        [...new Set(advice)].join('') +
        `  or ${account === undefined ? 'make TokenTray its owner' : 'leave it to TokenTray'}: tokentray import ${first} --move\n`
      )
    })
    .join('')
}

/** What is found, without any token. */
export function storesJson(found: readonly FoundStore[]) {
  return found.map(({ store, file, open, consent, contents }) => ({
    program: store.id,
    file,
    readable_by_others: open,
    consent: consent ?? 'not_asked',
    ...(contents?.kind === 'broken' ? { problem: contents.reason } : {}),
    ...(contents?.kind === 'read' ? { logins: contents.logins.map(loginJson) } : {}),
  }))
}

const loginJson = (login: StoredLogin) => ({
  name: login.name,
  kind: login.kind,
  ...(login.provider === undefined ? {} : { provider: login.provider }),
  ...(login.expiresAt === undefined ? {} : { expires_at: Math.floor(login.expiresAt / 1000) }),
  movable: isMovable(login),
})

const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')
