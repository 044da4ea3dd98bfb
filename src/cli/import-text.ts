import { type FoundStore, isMovable, type StoredLogin, type Surroundings, shortened, stores } from '../integrations/index.ts'
import { codexOwner } from '../integrations/owners/owner.ts'

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
      return (
        head +
        (contents.logins.length === 0 ? '  no login\n' : contents.logins.map(loginText).join('')) +
        askText({ file, logins: contents.logins }, surroundings)
      )
    })
    .join('')
}

/** Of a program that can be asked, no login has to move; what it has is in its usual file, and not in a copy of that. */
function askText(
  { file, logins }: { readonly file: string; readonly logins: readonly StoredLogin[] },
  surroundings: Surroundings,
): string {
  const { id, name } = codexOwner
  const isUsual =
    stores
      .find((store) => store.id === id)
      ?.files(surroundings)
      .includes(file) === true
  if (!isUsual || !logins.some(isMovable)) return ''
  return `  It can stay with ${name}, which TokenTray then asks for tokens: \`tokentray delegate ${id}\`\n`
}

function loginText(login: StoredLogin): string {
  const what = { oauth: 'login', api_key: 'API key', setup_token: 'setup token' }[login.kind]
  const whose = login.provider === undefined ? '' : ` of ${login.provider}`
  return `  ${plain(login.name)}: ${what}${whose}${isMovable(login) ? ', can move' : ''}\n`
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
