/** How many cases a parser is tried with: all of them in CI, enough to notice a mistake at a keyboard. */
export const propertyRuns = process.env.CI && process.env.CI !== 'false' ? 100_000 : 2_000

/** Valid input has fewer surprises than hostile input, and costs more to make. */
export const roundTripRuns = propertyRuns / 5

/** The time that one property may take on a machine with other work to do. Milliseconds. */
export const propertyTimeout = 600_000
