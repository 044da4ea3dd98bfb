import { render } from 'preact'
import { follow, tick } from './follow.ts'
import { followHeight } from './follow-height.ts'
import { setupKeys } from './keys.ts'
import { followLanguage } from './language.ts'
import { Popover } from './view/popover.tsx'

const root = document.querySelector<HTMLElement>('#root')
if (root === null) throw new Error('The page has no root element.')

tick()
followLanguage()
setupKeys()
await follow()
render(<Popover />, root)
followHeight(root)
