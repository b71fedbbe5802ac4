// What a user of Chroma's own client does, against the gateway at the port that is given. Exit code 0: all held.
import assert from "node:assert/strict";
import { ChromaClient, AdminClient } from "chromadb";

const port = Number(process.argv[2]);
const client = new ChromaClient({ host: "127.0.0.1", port });
const close = (found, expected) =>
  assert.ok(Math.abs(found - expected) < 1e-4, `found ${found}, expected ${expected}`);

assert.ok((await client.heartbeat()) > 0);
assert.match(await client.version(), /^\d+\.\d+\.\d+$/);
assert.equal(await client.supportsBase64Encoding(), true);
assert.equal((await client.getUserIdentity()).tenant, "default_tenant");
await assert.rejects(client.reset());

const before = await client.countCollections();
const docs = await client.createCollection({
  name: "flow.docs",
  metadata: { topic: "tests" },
  configuration: { hnsw: { space: "l2" } },
  embeddingFunction: null,
});
assert.equal(await docs.count(), 0);
assert.deepEqual((await docs.get()).ids, []);
assert.deepEqual((await docs.query({ queryEmbeddings: [[1, 2]] })).ids, [[]]);
await assert.rejects(
  client.createCollection({ name: "flow.docs", embeddingFunction: null }),
  { name: "ChromaUniqueError" },
);
assert.equal(
  (await client.getOrCreateCollection({ name: "flow.docs", embeddingFunction: null })).id,
  docs.id,
);
assert.equal(await client.countCollections(), before + 1);
assert.ok((await client.listCollections({ limit: 100 })).some((each) => each.name === "flow.docs"));
assert.deepEqual(await client.listCollections({ limit: 100, offset: before + 1 }), []);
assert.equal((await client.getCollectionById(docs.id)).name, "flow.docs");

await docs.add({
  ids: ["a", "b", "c", "d"],
  embeddings: [[0, 0], [1, 0], [0, 2], [3, 3]],
  documents: ["red apple", "green apple", "yellow Banana", ""],
  metadatas: [
    { price: 1, kind: "fruit", tags: ["x", "y"] },
    { price: 2.5, kind: "fruit", ok: true },
    { price: 3, kind: "fruit" },
    { price: 99, kind: "toy" },
  ],
  uris: ["file:a", "file:b", "file:c", "file:d"],
});
assert.equal(await docs.count(), 4);
await docs.add({ ids: ["a", "e"], embeddings: [[9, 9], [10, 0]] });
assert.equal(await docs.count(), 5);

let got = await docs.get({ ids: ["e", "a", "nowhere"], include: ["embeddings", "documents", "metadatas", "uris"] });
assert.deepEqual(got.ids, ["e", "a"]);
assert.deepEqual(got.embeddings, [[10, 0], [0, 0]]);
assert.deepEqual(got.documents, [null, "red apple"]);
assert.deepEqual(got.metadatas, [null, { price: 1, kind: "fruit", tags: ["x", "y"] }]);
assert.deepEqual(got.uris, [null, "file:a"]);

const ids = async (args) => (await docs.get(args)).ids.sort();
assert.deepEqual(await ids({ where: { kind: "fruit" } }), ["a", "b", "c"]);
assert.deepEqual(await ids({ where: { kind: { $ne: "fruit" } } }), ["d", "e"]);
assert.deepEqual(await ids({ where: { price: { $gte: 2.5 } } }), ["b", "c", "d"]);
assert.deepEqual(await ids({ where: { price: { $in: [1, 99] } } }), ["a", "d"]);
assert.deepEqual(await ids({ where: { price: { $nin: [1, 99] } } }), ["b", "c", "e"]);
assert.deepEqual(await ids({ where: { tags: { $contains: "x" } } }), ["a"]);
assert.deepEqual(await ids({ where: { $and: [{ kind: "fruit" }, { price: { $lt: 3 } }] } }), ["a", "b"]);
assert.deepEqual(await ids({ where: { $or: [{ ok: true }, { kind: "toy" }] } }), ["b", "d"]);
assert.deepEqual(await ids({ whereDocument: { $contains: "apple" } }), ["a", "b"]);
assert.deepEqual(await ids({ whereDocument: { $not_contains: "apple" } }), ["c", "d", "e"]);
assert.deepEqual(await ids({ whereDocument: { $regex: "^(red|yellow)" } }), ["a", "c"]);
assert.deepEqual(await ids({ where: { price: 1 }, whereDocument: { $contains: "green" } }), []);
const all = (await docs.get()).ids;
assert.deepEqual((await docs.get({ limit: 2, offset: 1 })).ids, all.slice(1, 3));
assert.equal((await docs.peek({ limit: 3 })).ids.length, 3);
assert.deepEqual((await docs.get({ ids: ["d"] })).documents, [""]);

let found = await docs.query({
  queryEmbeddings: [[0, 0], [3, 3]],
  nResults: 2,
  include: ["distances", "documents", "metadatas", "embeddings", "uris"],
});
assert.deepEqual(found.ids, [["a", "b"], ["d", "c"]]);
close(found.distances[0][1], 1);
close(found.distances[1][1], 10); // squared
assert.deepEqual(found.embeddings[0], [[0, 0], [1, 0]]);
found = await docs.query({ queryEmbeddings: [[0, 0]], nResults: 10, where: { kind: "toy" } });
assert.deepEqual(found.ids, [["d"]]);
close(found.distances[0][0], 18);
found = await docs.query({ queryEmbeddings: [[0, 0]], whereDocument: { $contains: "an" } });
assert.deepEqual(found.ids, [["c"]]);
found = await docs.query({ queryEmbeddings: [[0, 0]], ids: ["d", "c"], nResults: 5 });
assert.deepEqual(found.ids, [["c", "d"]]);

await docs.update({ ids: ["a", "nowhere"], metadatas: [{ price: 5 }, { price: 6 }] });
got = await docs.get({ ids: ["a", "nowhere"], include: ["metadatas", "documents", "embeddings"] });
assert.deepEqual(got.ids, ["a"]);
assert.deepEqual(got.metadatas, [{ price: 5, kind: "fruit", tags: ["x", "y"] }]);
assert.deepEqual(got.documents, ["red apple"]);
assert.deepEqual(got.embeddings, [[0, 0]]);
await docs.upsert({ ids: ["a", "f"], embeddings: [[0, 1], [5, 5]], documents: ["new", "six"] });
got = await docs.get({ ids: ["a", "f"], include: ["documents", "embeddings"] });
assert.deepEqual(got.documents, ["new", "six"]);
assert.deepEqual(got.embeddings, [[0, 1], [5, 5]]);

await assert.rejects(docs.add({ ids: ["z"], embeddings: [[1, 2, 3]] }), /dimension of 2, got 3/);
await assert.rejects(docs.query({ queryEmbeddings: [[1, 2, 3]] }), /dimension of 2, got 3/);
assert.equal((await docs.delete({ ids: ["e", "nowhere"] })).deleted, 1);
assert.equal((await docs.delete({ where: { kind: "toy" } })).deleted, 1);
assert.equal((await docs.delete({ where: { price: { $gt: 0 } }, limit: 1 })).deleted, 1);
assert.equal(await docs.count(), 3);
assert.equal((await docs.getIndexingStatus()).num_unindexed_ops, 0);

await docs.modify({ metadata: { topic: "changed" } });
assert.deepEqual((await client.getCollection({ name: "flow.docs" })).metadata, { topic: "changed" });
await assert.rejects(docs.modify({ name: "another" }), /keeps its name/);
await client.deleteCollection({ name: "flow.docs" });
await assert.rejects(client.getCollection({ name: "flow.docs" }), { name: "ChromaNotFoundError" });
await assert.rejects(docs.count(), { name: "ChromaNotFoundError" });

const cosine = await client.createCollection({
  name: "flow_cosine",
  configuration: { hnsw: { space: "cosine" } },
  embeddingFunction: null,
});
assert.equal(cosine.configuration.hnsw.space, "cosine");
await cosine.add({ ids: ["a", "b"], embeddings: [[1, 0], [1, 1]] });
close((await cosine.query({ queryEmbeddings: [[2, 0]] })).distances[0][1], 1 - Math.SQRT1_2);
const ip = await client.createCollection({ name: "flow_ip", metadata: { "hnsw:space": "ip" }, embeddingFunction: null });
await ip.add({ ids: ["a", "b"], embeddings: [[1, 0], [4, 1]] });
found = await ip.query({ queryEmbeddings: [[2, 0]] });
assert.deepEqual(found.ids, [["b", "a"]]);
close(found.distances[0][0], -7);

const admin = new AdminClient({ host: "127.0.0.1", port });
await admin.createTenant({ name: "acme" });
await admin.createDatabase({ name: "sales", tenant: "acme" });
assert.deepEqual((await admin.listDatabases({ tenant: "acme" })).map((each) => each.name), ["sales"]);
const other = new ChromaClient({ host: "127.0.0.1", port, tenant: "acme", database: "sales" });
const apart = await other.createCollection({ name: "flow_cosine", embeddingFunction: null });
await apart.add({ ids: ["only"], embeddings: [[1, 2, 3]] });
assert.equal(await apart.count(), 1);
assert.equal(await cosine.count(), 2);
await admin.deleteDatabase({ name: "sales", tenant: "acme" });
await assert.rejects(admin.getDatabase({ name: "sales", tenant: "acme" }));

await client.deleteCollection({ name: "flow_cosine" });
await client.deleteCollection({ name: "flow_ip" });
console.log("flow held");
