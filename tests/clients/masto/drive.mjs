// Drives masto.js through what a web client does, and says so line by line; ends with status 1 at the first surprise.
// Usage: node drive.mjs URL TOKEN-OF-ANNA TOKEN-OF-BJORN
import assert from "node:assert/strict";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const [url, annasToken, bjornsToken] = process.argv.slice(2);
const anna = createRestAPIClient({ url, accessToken: annasToken });
const bjorn = createRestAPIClient({ url, accessToken: bjornsToken });
const done = (what) => console.log("ok", what);

async function until(look) {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert(Date.now() < end, `what should follow has not come: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const app = await createRestAPIClient({ url }).v1.apps.create({
  clientName: "masto.js", redirectUris: "urn:ietf:wg:oauth:2.0:oob", scopes: "read write",
});
const given = await createOAuthAPIClient({ url }).token.create({
  grantType: "client_credentials", clientId: app.clientId, clientSecret: app.clientSecret, scope: "read",
  redirectUri: "urn:ietf:wg:oauth:2.0:oob",
});
assert.equal((await createRestAPIClient({ url, accessToken: given.accessToken }).v1.apps.verifyCredentials()).name, "masto.js");
done("apps, client credentials");

const me = await anna.v1.accounts.verifyCredentials();
const other = await anna.v1.accounts.lookup({ acct: "bjorn" });
assert((await anna.v1.accounts.$select(other.id).follow()).following);
assert.equal((await anna.v1.accounts.relationships.fetch({ id: [other.id] }))[0].following, true);
assert.equal((await anna.v1.accounts.updateCredentials({ displayName: "Anna in masto.js" })).displayName, "Anna in masto.js");
done("accounts");

const instance = await anna.v2.instance.fetch();
assert(instance.configuration.urls.streaming.startsWith("ws"));
assert.equal((await anna.v1.instance.fetch()).uri, instance.domain);
done("instance v1 and v2");

const streaming = createStreamingAPIClient({
  streamingApiUrl: `${instance.configuration.urls.streaming}/api/v1/streaming`.replace(/(\/api\/v1\/streaming)+$/, "$1"),
  accessToken: annasToken,
});
const heard = [];
const user = streaming.user.subscribe();
const tagged = streaming.hashtag.subscribe({ tag: "mastojs" });
const listening = [user, tagged].map(async (stream) => {
  for await (const event of stream) heard.push([event.stream.join(), event.event, event.payload]);
});

const post = await until(async () => {
  const made = await bjorn.v1.statuses.create({ status: "Hello @anna #mastojs", visibility: "public" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return heard.some(([stream]) => stream.startsWith("hashtag")) && heard.some(([, event]) => event === "update") && made;
});
await until(() => heard.some(([, event]) => event === "notification"));
done("streaming over one WebSocket: update, notification, hashtag");

const reply = await anna.v1.statuses.create({ status: "An answer", inReplyToId: post.id });
const context = await anna.v1.statuses.$select(post.id).context.fetch();
assert.deepEqual(context.descendants.map((one) => one.id), [reply.id]);
assert((await anna.v1.statuses.$select(post.id).favourite()).favourited);
assert.equal((await anna.v1.statuses.$select(post.id).reblog()).reblog.id, post.id);
assert.equal((await anna.v1.statuses.$select(post.id).unreblog()).reblogged, false);
assert((await anna.v1.statuses.$select(reply.id).update({ status: "A better answer" })).editedAt);
assert.equal((await anna.v1.statuses.$select(reply.id).history.list()).length, 2);
done("statuses");

const file = new Blob([Buffer.from(process.env.PICTURE, "base64")], { type: "image/png" });
const media = await anna.v2.media.create({ file, description: "Teal" });
const shown = await anna.v1.statuses.create({ status: "A picture", mediaIds: [media.id] });
assert.equal(shown.mediaAttachments[0].description, "Teal");
const poll = await anna.v1.statuses.create({ status: "Which?", poll: { options: ["a", "b"], expiresIn: 3600 } });
assert.deepEqual((await bjorn.v1.polls.$select(poll.poll.id).votes.create({ choices: [1] })).ownVotes, [1]);
done("media, polls");

const pages = [];
for await (const page of anna.v1.timelines.public.list({ limit: 2 })) {
  pages.push(page);
  if (pages.length === 2) break;
}
assert.equal(new Set(pages.flat().map((one) => one.id)).size, 4);
assert((await anna.v1.timelines.home.list()).length > 0);
done("timelines, by pages");

const groups = await until(async () => {
  const answer = await anna.v2.notifications.list();
  return answer.notificationGroups.length > 0 && answer;
});
assert(groups.accounts.some((one) => one.id === other.id));
assert((await anna.v2.notifications.unreadCount.fetch()).count > 0);
assert.equal((await anna.v2.notifications.policy.fetch()).forNotFollowing, "accept");
done("notifications v2");

const filter = await anna.v2.filters.create({
  title: "Weather", context: ["home"], filterAction: "warn", keywordsAttributes: [{ keyword: "rain", wholeWord: "true" }],
});
assert.equal(filter.keywords[0].wholeWord, true);
await anna.v2.filters.$select(filter.id).remove();
assert.equal((await anna.v2.search.list({ q: "bjorn", type: "accounts" })).accounts[0].id, other.id);
done("filters v2, search v2");

user.unsubscribe();
tagged.unsubscribe();
streaming.close();
await Promise.allSettled(listening);
assert(me.id);
done("all");
process.exit(0);
