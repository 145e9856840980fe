import { expect, test } from "vitest";
import type { MappingState } from "../../../src/model/mapping.ts";
import { mappingStates, mappingTransitions } from "../../../src/model/mapping.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testCommit(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    return await createStoreWorld(await database.open(deps), deps);
  };

  test("everything of one decision is written, and read back as it was", async () => {
    const { store, org, connection, commit, ...make } = await setUp();
    const person = make.client({
      email: "zoë@example.com",
      tags: ["a", "b"],
      notes: "two\nlines",
      "custom.vat_number": "DE 1",
      "custom.list": ["x", "y"],
    });
    const mapping = make.mapping(person.id, {
      externalUrl: "https://example.com/1",
      remoteVersion: "v1",
      lastSyncedAt: make.at(),
      lastDirection: "bidirectional",
      flips: { name: { count: 2, before: null } },
    });
    const frozen = { fields: { name: "Ada" }, key: "k", sentAt: make.at(), externalId: null };
    const entry = make.entry(mapping, { state: "sending", frozen, reason: "why" });
    const conflict = make.conflict(mapping, { local: ["a"], remote: null, note: "taken" });
    const parked = make.parked({ message: "no" });
    await store.runs.start({ id: "run", orgId: org.id, startedAt: make.at() });
    const change = make.change({ runId: "run", clientId: person.id, before: ["x"], lost: "y" });
    const identity = { orgId: org.id, kind: "email", value: "zoë@example.com" } as const;
    await commit({
      clients: { insert: [person] },
      identities: { insert: [{ ...identity, clientId: person.id }] },
      mappings: { insert: [mapping] },
      outbox: { insert: [entry] },
      conflicts: { put: [conflict] },
      parked: { put: [parked] },
      changes: [change],
    });
    await store.work.read(async (reader) => {
      expect(await reader.clients([person.id, "none"])).toEqual([person]);
      const owned = [{ ...identity, clientId: person.id }];
      expect(await reader.identities(org.id, [identity])).toEqual(owned);
      expect(await reader.identitiesOf([person.id])).toEqual(owned);
      expect(await reader.mappings([mapping.id])).toEqual([mapping]);
      expect(
        await reader.mappingsByExternalId(connection.id, "clients", [mapping.externalId ?? ""]),
      ).toEqual([mapping]);
      expect(await reader.mappingsOf([person.id])).toEqual([mapping]);
      expect(await reader.outboxOf([person.id])).toEqual([entry]);
      expect(await reader.outboxOf([entry.clientId])).toEqual([entry]);
      expect(await reader.conflictsOf([mapping.id])).toEqual([conflict]);
      expect(await reader.parked(connection.id, "clients", [parked.externalId])).toEqual([parked]);
    });
    expect((await store.runs.changes(org.id, "run", { limit: 10 })).items).toEqual([change]);
  });

  test("an update writes the next revision", async () => {
    const { store, commit, ...make } = await setUp();
    const person = make.client();
    const mapping = make.mapping(person.id);
    const entry = make.entry(mapping);
    await commit({
      clients: { insert: [person] },
      mappings: { insert: [mapping] },
      outbox: { insert: [entry] },
    });
    const changed = {
      client: { ...person, fields: { ...person.fields, name: "Eva" }, active: false },
      mapping: { ...mapping, base: null, seen: null, state: "missing" } as const,
      entry: { ...entry, state: "parked", reason: "refused", attempts: 3 } as const,
    };
    await commit({
      clients: { update: [changed.client] },
      mappings: { update: [changed.mapping] },
      outbox: { update: [changed.entry] },
    });
    await store.work.read(async (reader) => {
      expect(await reader.clients([person.id])).toEqual([{ ...changed.client, revision: 2 }]);
      expect(await reader.mappings([mapping.id])).toEqual([{ ...changed.mapping, revision: 2 }]);
      expect(await reader.outboxOf([entry.clientId])).toEqual([{ ...changed.entry, revision: 2 }]);
    });
  });

  test("when one part is refused nothing is written", async () => {
    const { store, org, commit, ...make } = await setUp();
    const person = make.client();
    const stale = { ...make.client(), revision: 7 };
    await expect(commit({ clients: { insert: [person], update: [stale] } })).rejects.toMatchObject({
      code: "store-stale",
    });
    await expect(
      store.work.commit(null, async (reader) => {
        await reader.clients([person.id]);
        throw new TypeError("the decision failed");
      }),
    ).rejects.toThrow(new TypeError("the decision failed"));
    expect((await store.reads.clients(org.id, {}, { limit: 10 })).items).toEqual([]);
  });

  test("the result of the decision comes back, and its reader sees what was there", async () => {
    const { store, commit, ...make } = await setUp();
    const person = make.client();
    await commit({ clients: { insert: [person] } });
    const name = await store.work.commit(null, async (reader) => {
      const [read] = await reader.clients([person.id]);
      return { writes: {}, result: read?.fields["name"] };
    });
    expect(name).toBe(person.fields["name"]);
  });

  test("what gives something up goes before what takes it", async () => {
    const { store, org, commit, ...make } = await setUp();
    const ada = make.client({ email: "a@example.com" });
    const eva = make.client({ email: "b@example.com" });
    const identityOf = (clientId: string, value: string) =>
      ({ orgId: org.id, kind: "email", value, clientId }) as const;
    const mapping = make.mapping(ada.id);
    const entry = make.entry(mapping);
    await commit({
      clients: { insert: [ada, eva] },
      identities: {
        insert: [identityOf(ada.id, "a@example.com"), identityOf(eva.id, "b@example.com")],
      },
      mappings: { insert: [mapping] },
      outbox: { insert: [entry] },
      conflicts: { put: [make.conflict(mapping)] },
      parked: { put: [make.parked({ externalId: "p" })] },
    });
    const swapped = (person: typeof ada, email: string) => ({
      ...person,
      fields: { ...person.fields, email },
    });
    const newEntry = make.entry(mapping, { action: "delete" });
    const conflict = make.conflict(mapping, { remote: "other" });
    const parked = make.parked({ externalId: "p", message: "still" });
    await commit({
      clients: { update: [swapped(ada, "b@example.com"), swapped(eva, "a@example.com")] },
      identities: {
        delete: [identityOf(ada.id, "a@example.com"), identityOf(eva.id, "b@example.com")],
        insert: [identityOf(ada.id, "b@example.com"), identityOf(eva.id, "a@example.com")],
      },
      outbox: { delete: [entry], insert: [newEntry] },
      conflicts: { close: [conflict], put: [conflict] },
      parked: { clear: [parked], put: [parked] },
    });
    await store.work.read(async (reader) => {
      const clients = await reader.clients([ada.id, eva.id]);
      expect(clients.map(({ fields }) => fields["email"])).toEqual([
        "b@example.com",
        "a@example.com",
      ]);
      expect(await reader.identitiesOf([ada.id])).toEqual([identityOf(ada.id, "b@example.com")]);
      expect(await reader.outboxOf([ada.id])).toEqual([newEntry]);
      expect(await reader.conflictsOf([mapping.id])).toEqual([conflict]);
    });
    expect((await store.reads.parked(org.id, { limit: 10 })).items).toEqual([parked]);
  });

  test("conflicts and parked records are replaced by key and removed when told", async () => {
    const { store, org, connection, commit, ...make } = await setUp();
    const person = make.client();
    const mapping = make.mapping(person.id);
    const first = make.conflict(mapping);
    const other = make.conflict(mapping, { field: "phone" });
    await commit({
      clients: { insert: [person] },
      mappings: { insert: [mapping] },
      conflicts: { put: [first, other] },
      parked: { put: [make.parked({ externalId: "p" }), make.parked({ externalId: "q" })] },
    });
    const again = make.conflict(mapping, { remote: "third", openedAt: first.openedAt });
    const parkedAgain = make.parked({ externalId: "p", reason: "ambiguous" });
    await commit({ conflicts: { put: [again] }, parked: { put: [parkedAgain] } });
    expect((await store.reads.conflicts(org.id, { limit: 9 })).items).toEqual([other, again]);
    await commit({
      conflicts: { close: [{ mappingId: mapping.id, field: "phone" }] },
      parked: { clear: [{ connectionId: connection.id, collection: "clients", externalId: "q" }] },
    });
    expect((await store.reads.conflicts(org.id, { limit: 9 })).items).toEqual([again]);
    expect((await store.reads.parked(org.id, { limit: 9 })).items).toEqual([parkedAgain]);
  });

  test("a mapping takes the steps of law 7's table and no other", async () => {
    const { commit, ...make } = await setUp();
    const taken: Record<string, MappingState[]> = {};
    for (const from of mappingStates) {
      const people = mappingStates.map(() => make.client());
      const mappings = people.map(({ id }) => make.mapping(id, { state: from }));
      await commit({ clients: { insert: people }, mappings: { insert: mappings } });
      const steps = await Promise.allSettled(
        mappings.map((mapping, i) =>
          commit({ mappings: { update: [{ ...mapping, state: mappingStates[i] ?? from }] } }),
        ),
      );
      taken[from] = mappingStates.filter(
        (to, i) => to !== from && steps[i]?.status === "fulfilled",
      );
      for (const step of steps.filter(({ status }) => status === "rejected"))
        expect(step).toMatchObject({ reason: { code: "internal" } });
    }
    const sorted = Object.entries(mappingTransitions).map(([from, to]) => [
      from,
      mappingStates.filter((state) => to.includes(state)),
    ]);
    expect(taken).toEqual(Object.fromEntries(sorted));
  });

  test("a linked mapping has an external id", async () => {
    const { commit, ...make } = await setUp();
    const person = make.client();
    const insert = [person];
    await expect(
      commit({
        clients: { insert },
        mappings: { insert: [make.mapping(person.id, { externalId: null })] },
      }),
    ).rejects.toMatchObject({ code: "internal" });
    const creating = make.mapping(person.id, { externalId: null, state: "creating" });
    const second = make.client();
    const alsoCreating = make.mapping(second.id, { externalId: null, state: "creating" });
    await commit({
      clients: { insert: [person, second] },
      mappings: { insert: [creating, alsoCreating] },
    });
  });

  test("a field that a client does not have is a defect, not a loss", async () => {
    const { commit, ...make } = await setUp();
    await expect(
      commit({ clients: { insert: [make.client({ nickname: "A" })] } }),
    ).rejects.toMatchObject({ code: "internal", message: expect.stringContaining("nickname") });
    await expect(
      commit({ clients: { insert: [make.client({ email: ["a", "b"] })] } }),
    ).rejects.toMatchObject({ code: "internal" });
  });
}
