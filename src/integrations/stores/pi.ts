import { join } from 'node:path'
import type { StoreDefinition } from './stored-login.ts'
import { tokenMap } from './token-map.ts'

/** `auth.json` of pi, and `oauth.json` of its older versions. It refreshes under a folder that it makes beside the file. */
export const piStore: StoreDefinition = {
  id: 'pi',
  name: 'pi',
  files: ({ home }) => ['auth.json', 'oauth.json'].map((name) => join(home, '.pi', 'agent', name)),
  logins: tokenMap(),
  locks: (file) => [`${file}.lock`],
  signIn: 'pi, then /login',
}
