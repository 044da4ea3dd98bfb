import type { JSX, RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Page } from '../../src/ipc/channels.ts'
import { language, words } from '../language.ts'
import { goTo, page, pages } from '../page.ts'

/** The id of what a tab shows. */
export const panelId = 'page'
export const tabId = (each: Page): string => `tab-${each}`

const drawings: Readonly<Record<Page, JSX.Element>> = {
  accounts: (
    <>
      <circle cx="8" cy="5.2" r="2.7" />
      <path d="M2.8 13.4c.6-2.7 2.6-4 5.2-4s4.6 1.3 5.2 4" />
    </>
  ),
  activity: <path d="M1.8 8.2h2.9l2-5 2.9 9.6 2-4.6h2.6" />,
  tools: <path d="M5.6 1.8v3.4M10.4 1.8v3.4M3.9 5.2h8.2v2.3a4.1 4.1 0 0 1-8.2 0zM8 11.6v2.8" />,
  settings: (
    <>
      <path d="M2 4.6h5.2M11.4 4.6H14M2 11.4h2.6M8.8 11.4H14" />
      <circle cx="9.3" cy="4.6" r="2" />
      <circle cx="6.7" cy="11.4" r="2" />
    </>
  ),
}

/** The pages as tabs: one stop for the Tab key, in which the arrows move and show at once. */
export function PageTabs() {
  const list = useRef<HTMLDivElement>(null)
  useFocusStays(page.value)
  useBareWhereNarrow(list)
  const { navigation } = words()
  const onKeyDown = (event: KeyboardEvent) => {
    const next = pageAfter(event.key)
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    goTo(next)
    list.current?.querySelector<HTMLElement>(`#${tabId(next)}`)?.focus()
  }
  return (
    <nav class="pages" aria-label={navigation.pages} data-part>
      <div class="tabs" role="tablist" aria-label={navigation.pages} ref={list} onKeyDown={onKeyDown}>
        {pages.value.map((each) => (
          <Tab key={each} each={each} selected={each === page.value} />
        ))}
      </div>
    </nav>
  )
}

function Tab({ each, selected }: { readonly each: Page; readonly selected: boolean }) {
  const name = words().navigation.names[each]
  return (
    <button
      type="button"
      id={tabId(each)}
      class="tab"
      role="tab"
      title={name}
      aria-selected={selected}
      tabIndex={selected ? 0 : -1}
      {...(selected ? { 'aria-controls': panelId } : {})}
      onClick={() => goTo(each)}
    >
      <svg class="tab-mark" width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
        {drawings[each]}
      </svg>
      <span class="tab-name">{name}</span>
    </button>
  )
}

/** Where a key leads from the page that is shown. The tabs stand from right to left where the language does. */
function pageAfter(key: string): Page | undefined {
  const at = pages.value.indexOf(page.value)
  const forward = language.value.direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowRight':
      return pages.value.at((at + (key === forward ? 1 : -1)) % pages.value.length)
    case 'Home':
      return pages.value[0]
    case 'End':
      return pages.value.at(-1)
    default:
      return undefined
  }
}

/** Where the names would be cut beside their drawings, the names stand alone: how wide they are is up to the language and the font. */
function useBareWhereNarrow(list: RefObject<HTMLDivElement | null>): void {
  const { tag } = language.value
  useLayoutEffect(() => {
    const tabs = list.current
    if (tabs === null) return
    const settle = () => {
      tabs.classList.remove(bare)
      const cut = [...tabs.querySelectorAll('.tab-name')].some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      tabs.classList.toggle(bare, cut)
    }
    const observer = new ResizeObserver(settle)
    observer.observe(tabs)
    settle()
    return () => observer.disconnect()
  }, [tag])
}

const bare = 'tabs-bare'

/** A page that goes takes the focus along; then the tab of the new one has it. Each page begins at its top. */
function useFocusStays(current: Page): void {
  const was = useRef(current)
  useLayoutEffect(() => {
    if (was.current === current) return
    was.current = current
    document.querySelector('main')?.scrollTo(0, 0)
    if (document.activeElement === document.body) document.getElementById(tabId(current))?.focus()
  }, [current])
}
