import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startFakeBrowser } from './fake-browser.ts'

test('the fake browser records URLs unchanged and in order', async () => {
  const browser = await startFakeBrowser()
  const open = (url: string) => execFileSync('xdg-open', [url], { env: browser.env })
  const first = "http://127.0.0.1:1455/?a=b%20c&d='$(x)"
  const waiting = browser.nextUrl()
  open(first)
  open('https://second.example/')
  expect(await waiting).toBe(first)
  expect(await browser.nextUrl()).toBe('https://second.example/')
  await expect(browser.nextUrl(50)).rejects.toThrow('no URL was opened')
  expect(await browser.urls()).toHaveLength(2)
  await browser.close()
})

test('the fake browser can be one that fails', async () => {
  const browser = await startFakeBrowser(process.env, { fails: true })
  expect(() => execFileSync('xdg-open', ['https://x.example/'], { env: browser.env, stdio: 'ignore' })).toThrow()
  expect(await browser.nextUrl()).toBe('https://x.example/')
  await browser.close()
})
