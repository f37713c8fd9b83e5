// What this browser keeps of a learner's work. Accounts are kept apart; a guest's goes on with the account at a login.

function get(key) {
  try {
    return JSON.parse(localStorage.getItem(key))
  } catch {
    return null // storage is closed, or something else wrote there
  }
}

function drop(key) {
  try {
    localStorage.removeItem(key)
  } catch {
    // then there is nothing
  }
}

/** The place for `name` and the learner of `deviceKey`, "" for guests. `earlierKey`: where the same was kept once. */
export function makeShelf(name, deviceKey, earlierKey) {
  const guestKey = `fieldguide:${name}:`
  const key = guestKey + deviceKey
  const others = [guestKey, earlierKey].filter((other) => other && other !== key)

  /** Returns whether the browser took it. */
  function put(record) {
    try {
      localStorage.setItem(key, JSON.stringify(record))
    } catch {
      return false
    }
    others.forEach(drop)
    return true
  }

  return {
    key,
    put,
    own: () => get(key),
    inherited: () => others.map(get).find(Boolean) ?? null,
    clear: () => [key, ...others].forEach(drop),
  }
}
