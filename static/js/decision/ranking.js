// The weighted sum, as exercises/answers/ranking.py has it; what the page shows until the server computes it again.

export const highest = Number(document.querySelector("[data-decision]").dataset.highest)

/** What a field holds: a whole number from 0 to `highest`, or null. */
export function numberIn(text) {
  const trimmed = text.trim()
  return /^\d{1,9}$/.test(trimmed) && Number(trimmed) <= highest ? Number(trimmed) : null
}

/**
 * The candidates, best first; equals stay in their order and share a place.
 * `weights` has a number or null for each criterion, `scores` such a list for each candidate.
 */
export function ranking(weights, scores) {
  const of = highest * weights.reduce((sum, weight) => sum + (weight ?? 0), 0)
  const sums = scores.map((row, column) => ({
    column,
    of,
    points: weights.reduce((sum, weight, index) => sum + (weight ?? 0) * (row[index] ?? 0), 0),
    isComplete: weights.every((weight, index) => !weight || row[index] !== null),
  }))
  const place = (points) => 1 + sums.filter((other) => other.points > points).length
  return sums.map((row) => ({ ...row, place: place(row.points) })).sort((one, other) => other.points - one.points)
}
