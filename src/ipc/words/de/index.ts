import type { words as pattern } from '../en/index.ts'
import { accounts } from './accounts.ts'
import { activity } from './activity.ts'
import { approvals } from './approvals.ts'
import { controls } from './controls.ts'
import { login } from './login.ts'
import { menu } from './menu.ts'
import { navigation } from './navigation.ts'
import { notices } from './notices.ts'
import { overall } from './overall.ts'
import { owners } from './owners.ts'
import { radar } from './radar.ts'
import { settings } from './settings.ts'
import { settingsFile } from './settings-file.ts'
import { time } from './time.ts'
import { tools } from './tools.ts'
import { vault } from './vault.ts'
import { welcome } from './welcome.ts'

export const words: typeof pattern = {
  accounts,
  activity,
  approvals,
  controls,
  login,
  menu,
  navigation,
  notices,
  overall,
  owners,
  radar,
  settings,
  settingsFile,
  time,
  tools,
  vault,
  welcome,
}
