// Server-sent events of one submission, as promises. An event only means "something changed".

/** Listen at `url`; null where that is impossible. The first error closes the stream: the caller asks by itself then. */
export function listen(url) {
  if (!url || !window.EventSource) return null
  const source = new EventSource(url)
  let [isOpen, hasNews, wake] = [true, false, () => {}]

  function notify() {
    hasNews = true
    wake()
  }

  function close() {
    isOpen = false
    source.close()
    wake()
  }

  source.addEventListener("submission", notify)
  source.addEventListener("run", notify)
  source.addEventListener("error", close)

  /** Resolves at the next event, at once when one came meanwhile, at the latest after `ms`. */
  async function next(ms) {
    if (!hasNews && isOpen) {
      await new Promise((resolve) => {
        wake = resolve
        setTimeout(resolve, ms)
      })
    }
    hasNews = false
  }

  return { next, close, isOpen: () => isOpen }
}
