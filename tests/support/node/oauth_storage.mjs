// Where the OAuth server of the tests keeps what it knows: one Map, so that a test can look in and take away.
const store = new Map(); // "Model:id" -> {payload, expires}
export const issued = []; // every token there ever was, also those that are gone

export const settings = {
  ttl: { access: 3600, refresh: 86400, device: 600 },
  rotate: true,          // a refresh gives a new refresh token
  reuse_detection: true, // an old one used again revokes the whole grant; without, it just works (as Entra's do)
};

export function entries(model) {
  return [...store].filter(([key]) => key.startsWith(`${model}:`)).map(([key, { payload }]) => ({ key, payload }));
}

// Removes what belongs to the user (to anybody, without one); gives how many.
export function forget(models, user) {
  const gone = models.flatMap(entries).filter(({ payload }) => user === undefined || payload.accountId === user);
  gone.forEach(({ key }) => store.delete(key));
  return gone.length;
}

export class MapAdapter {
  constructor(model) { this.model = model; }

  key(id) { return `${this.model}:${id}`; }

  find_where(test) { return entries(this.model).map((e) => e.payload).find(test); }

  async upsert(id, payload, expiresIn) {
    if (this.model === 'AccessToken' || this.model === 'RefreshToken') issued.push({ token: id, user: payload.accountId });
    store.set(this.key(id), { payload, expires: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
  }

  async find(id) {
    const found = store.get(this.key(id));
    return found && found.expires > Date.now() ? found.payload : undefined;
  }

  async findByUid(uid) { return this.find_where((p) => p.uid === uid); }

  async findByUserCode(code) { return this.find_where((p) => p.userCode === code); }

  async consume(id) {
    if (this.model === 'RefreshToken' && !settings.reuse_detection) return;
    store.get(this.key(id)).payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) { store.delete(this.key(id)); }

  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of store) if (payload.grantId === grantId) store.delete(key);
  }
}
