// A real OpenID provider (oidc-provider) with accounts that a test changes while it runs.
// Standard input takes one JSON object a line; each is answered by one line on standard output.
import { createInterface } from "node:readline";
import { generateKeyPair, exportJWK } from "jose";
import { Provider } from "oidc-provider";

const [port] = process.argv.slice(2);
let base = "http://127.0.0.1:1";
const issuer = `http://127.0.0.1:${port}`;
const accounts = new Map();
const keys = [];

async function newKey() {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `key-${keys.length + 1}`, use: "sig", alg: "RS256" };
}
keys.push(await newKey());

// Everything that is remembered outlives a rotation of keys, for which a new provider is made.
const kept = new Map();
class Memory {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) {
    kept.set(this.key(id), payload);
    if (payload.uid) kept.set(`uid:${payload.uid}`, id);
    if (payload.grantId) kept.set(`grant:${payload.grantId}`, [...(kept.get(`grant:${payload.grantId}`) ?? []), this.key(id)]);
  }
  async find(id) { return kept.get(this.key(id)); }
  async findByUid(uid) { return this.find(kept.get(`uid:${uid}`)); }
  async findByUserCode() { return undefined; }
  async consume(id) { const found = kept.get(this.key(id)); if (found) found.consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { kept.delete(this.key(id)); }
  async revokeByGrantId(grantId) { for (const key of kept.get(`grant:${grantId}`) ?? []) kept.delete(key); }
}

function made() {
  const provider = new Provider(issuer, {
    adapter: Memory,
    jwks: { keys: [...keys].reverse() },
    clients: [{
      client_id: "printflow", client_secret: "a secret of this test alone, long enough",
      redirect_uris: [`${base}/login/callback`], post_logout_redirect_uris: [`${base}/signed-out`],
      grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
    }],
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"], roles: ["roles", "groups"] },
    conformIdTokenClaims: false,
    scopes: ["openid", "offline_access", "profile", "email", "roles"],
    pkce: { required: () => true },
    cookies: { keys: ["a", "b"] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => { ctx.body = `<!doctype html><title>Sign out</title>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`; } },
    },
    ttl: { AccessToken: 3600, IdToken: 3600, Session: 86400, Grant: 86400, Interaction: 3600, RefreshToken: 86400, AuthorizationCode: 60 },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const known = ctx.oidc.result?.consent?.grantId || ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
      const grant = known ? await ctx.oidc.provider.Grant.find(known) : undefined;
      if (grant) return grant;
      const fresh = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      fresh.addOIDCScope("openid profile email roles offline_access");
      await fresh.save();
      return fresh;
    },
    findAccount: async (_ctx, id) => {
      const account = accounts.get(id);
      if (!account) return undefined;
      return { accountId: id, claims: async () => ({ sub: id, email_verified: true, ...account }) };
    },
  });
  provider.use(async (ctx, next) => {
    const found = /^\/interaction\/([\w-]+)$/.exec(ctx.path);
    if (!found) return next();
    if (ctx.method === "GET") {
      ctx.type = "html";
      ctx.body = `<!doctype html><title>University sign-in</title><h1>University sign-in</h1><form method="post"><label>Account <input name="login"></label><button>Continue</button></form>`;
      return;
    }
    let body = "";
    for await (const part of ctx.req) body += part;
    const login = new URLSearchParams(body).get("login");
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: login } }, { mergeWithLastSubmission: false });
    ctx.respond = false;
  });
  return provider;
}

const { createServer } = await import("node:http");
let handle = made().callback();
let server;
function listen() {
  return new Promise((done) => {
    server = createServer((request, response) => handle(request, response));
    server.listen(Number(port), "127.0.0.1", done);
  });
}
await listen();
console.log(JSON.stringify({ issuer }));

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.account) accounts.set(asked.account, asked.claims);
  if (asked.gone) accounts.delete(asked.gone);
  if (asked.base) { base = asked.base; handle = made().callback(); }
  if (asked.rotate) { keys.push(await newKey()); handle = made().callback(); }
  if (asked.down) { server.closeAllConnections(); await new Promise((done) => server.close(done)); }
  if (asked.up) await listen();
  console.log(JSON.stringify({ done: true }));
}
