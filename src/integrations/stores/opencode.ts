import { join } from 'node:path'
import { folderOf } from '../tool.ts'
import type { StoreDefinition } from './stored-login.ts'
import { tokenMap } from './token-map.ts'

/** `auth.json` of OpenCode, which takes no lock. What it calls `openai` is a login with the client id of the Codex CLI. */
export const opencodeStore: StoreDefinition = {
  id: 'opencode',
  name: 'OpenCode',
  files: ({ env, home }) => [join(folderOf(env.XDG_DATA_HOME, join(home, '.local', 'share')), 'opencode', 'auth.json')],
  logins: tokenMap({ openai: 'openai-codex', xai: 'xai', anthropic: 'anthropic' }),
  signIn: 'opencode auth login',
}
