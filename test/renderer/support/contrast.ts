/**
 * Runs in the page. Lists every text whose colour is closer to the ground behind it than `least`, by the formula of WCAG 2.2
 * (1.4.3). The page has no pictures behind text and no translucent grounds, so that the nearest opaque ground is the right one.
 */
export function lowContrast(least: number): string[] {
  const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => channel(Number(part) / 255))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const groundOf = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return /, 0\)$/.test(backgroundColor) ? groundOf(element.parentElement) : backgroundColor
  }
  const texts = [...document.body.querySelectorAll('*')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== ''),
  )
  return texts.flatMap((element) => {
    const style = getComputedStyle(element)
    const colour = element instanceof SVGElement ? style.fill : style.color
    const [low = 0, high = 0] = [luminance(colour), luminance(groundOf(element))].sort((one, other) => one - other)
    const contrast = (high + 0.05) / (low + 0.05)
    return contrast < least ? [`${element.textContent}: ${contrast.toFixed(2)}`] : []
  })
}
