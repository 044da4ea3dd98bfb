import { useEffect } from 'preact/hooks'
import { reach } from '../requests.ts'

/** The providers are asked no more often than this. Milliseconds. */
const often = 300_000

/** Asks for the figures of the plans while somebody looks: when the accounts are shown, and every five minutes as long as they are seen. */
export function useLookingAtUsage(): void {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') void reach('usage:look', undefined)
    }
    look()
    const timer = setInterval(look, often)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
}
